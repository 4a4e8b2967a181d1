// The web site's numbered bytes: /bytes/N, which a client can check without having seen them before.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/bytes.h"

namespace rozaneh::lab {

inline constexpr std::uint64_t kMostNumbered = 1ULL << 30U;  // 1 GiB

// The bytes from place `from` on: incompressible enough, and different at every place.
void fill_numbered(MutableBytes block, std::uint64_t from);

// N, for a path that ends in /bytes/N and asks for no more than there are.
std::optional<std::uint64_t> numbered_size(std::string_view path);

// A decimal number, digits only.
std::optional<std::uint64_t> parse_count(std::string_view digits);

}  // namespace rozaneh::lab
