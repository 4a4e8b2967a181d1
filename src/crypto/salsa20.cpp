#include "crypto/salsa20.h"

#include <array>

namespace rozaneh::crypto {
namespace {

constexpr std::array kImplementations{
    Salsa20{.name = "vector4", .lanes = 8, .xor_blocks = salsa20_vector4},
#if defined(__x86_64__)
    Salsa20{.name = "avx2", .lanes = 16, .xor_blocks = salsa20_avx2},
    Salsa20{.name = "avx512", .lanes = 32, .xor_blocks = salsa20_avx512},
#endif
};

// How many of them this CPU (and its operating system, which has to save the registers) runs.
std::size_t supported() {
#if defined(__x86_64__)
  if (!__builtin_cpu_supports("avx2")) return 1;
  if (!__builtin_cpu_supports("avx512f")) return 2;
#endif
  return kImplementations.size();
}

}  // namespace

std::span<const Salsa20> salsa20_implementations() {
  static const std::size_t count = supported();
  return std::span(kImplementations).first(count);
}

const Salsa20& fastest_salsa20() { return salsa20_implementations().back(); }

}  // namespace rozaneh::crypto
