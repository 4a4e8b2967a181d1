#include "lab/recognise/entropy.h"

#include <array>
#include <bit>
#include <cmath>

namespace rozaneh::lab {

double entropy(Bytes bytes) {
  std::array<std::size_t, 256> counts{};
  for (const std::uint8_t byte : bytes) ++counts[byte];
  const auto total = static_cast<double>(bytes.size());
  double sum = 0;
  for (const std::size_t count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / total;
    sum -= share * std::log2(share);
  }
  return sum;
}

std::size_t bits_set(Bytes bytes) {
  std::size_t sum = 0;
  for (const std::uint8_t byte : bytes) sum += static_cast<std::size_t>(std::popcount(byte));
  return sum;
}

}  // namespace rozaneh::lab
