// Reading the vectors of the tests.
#pragma once

#include <array>
#include <stdexcept>

#include "base/encoding.h"

namespace rozaneh {

inline Buffer from_hex(std::string_view text) {
  auto bytes = decode_hex(text);
  if (!bytes) throw std::invalid_argument("a vector that is not hexadecimal");
  return *std::move(bytes);
}

template <std::size_t kSize>
std::array<std::uint8_t, kSize> array_from_hex(std::string_view text) {
  const Buffer bytes = from_hex(text);
  if (bytes.size() != kSize) throw std::invalid_argument("a vector of another length");
  std::array<std::uint8_t, kSize> out;
  copy(out, bytes);
  return out;
}

}  // namespace rozaneh
