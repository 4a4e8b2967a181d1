// Written by tests/transport/vectors.py; do not edit.
// clang-format off
#pragma once

#include <string_view>

namespace rozaneh::obfs2::vectors {

inline constexpr std::string_view kInitiatorSeed =
    "000102030405060708090a0b0c0d0e0f";
inline constexpr std::string_view kResponderSeed =
    "808386898c8f9295989b9ea1a4a7aaad";
inline constexpr std::string_view kInitiatorPadding =
    "4041424344";
inline constexpr std::string_view kResponderPadding =
    "101112131415161718";
inline constexpr std::string_view kInitiatorHello =
    "000102030405060708090a0b0c0d0e0f2f14b177117a7bfa67c3efeea3";
inline constexpr std::string_view kResponderHello =
    "808386898c8f9295989b9ea1a4a7aaadff8bcdc0265d6afe9c8917c9084db1e948";
inline constexpr std::string_view kInitiatorData =
    "e6d967d2b2269f01be8b82f83821b5d21d7f51b82c53ad";
inline constexpr std::string_view kResponderData =
    "3d68465e6ddc4fdb1b1d465b04f05a8746";

}  // namespace rozaneh::obfs2::vectors
