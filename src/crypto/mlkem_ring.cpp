#include "crypto/mlkem_ring.h"

#include <cassert>

namespace rozaneh::crypto {
namespace {

constexpr std::uint32_t kPrime = kMlkemPrime;

// x / 3329 without a division, whose time could depend on x. The estimate is too small by one at most.
constexpr std::uint32_t quotient(std::uint32_t x) {
  constexpr std::uint64_t kInverse = (std::uint64_t{1} << 32U) / kPrime;
  const auto estimate = static_cast<std::uint32_t>((x * kInverse) >> 32U);
  const std::uint32_t rest = x - estimate * kPrime;
  return estimate + (((kPrime - 1 - rest) >> 31U) & 1U);
}

constexpr std::uint16_t reduce(std::uint32_t x) {
  return static_cast<std::uint16_t>(x - quotient(x) * kPrime);
}

constexpr std::uint16_t times(std::uint32_t a, std::uint32_t b) { return reduce(a * b); }

// 17 to the power of each number of 7 bits, these read backwards, times 2 plus `odd` (appendix A).
template <bool kOdd>
constexpr std::array<std::uint16_t, 128> powers() {
  std::array<std::uint16_t, 128> table{};
  for (unsigned i = 0; i < 128; ++i) {
    unsigned reversed = 0;
    for (unsigned bit = 0; bit < 7; ++bit) reversed |= ((i >> bit) & 1U) << (6 - bit);
    std::uint16_t power = 1;
    for (unsigned n = 0; n < (kOdd ? 2 * reversed + 1 : reversed); ++n) power = times(power, 17);
    table[i] = power;
  }
  return table;
}
constexpr auto kZetas = powers<false>();
constexpr auto kGammas = powers<true>();

}  // namespace

Polynomial& Polynomial::operator+=(const Polynomial& other) {
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = reduce(std::uint32_t{at[i]} + other.at[i]);
  return *this;
}

Polynomial& Polynomial::operator-=(const Polynomial& other) {
  for (std::size_t i = 0; i < at.size(); ++i) at[i] = reduce(std::uint32_t{at[i]} + kPrime - other.at[i]);
  return *this;
}

void to_ntt(Polynomial& polynomial) {
  auto& f = polynomial.at;
  std::size_t i = 1;
  for (std::size_t half = 128; half >= 2; half /= 2) {
    for (std::size_t start = 0; start < 256; start += 2 * half) {
      const std::uint16_t zeta = kZetas[i++];
      for (std::size_t j = start; j < start + half; ++j) {
        const std::uint32_t t = times(zeta, f[j + half]);
        f[j + half] = reduce(f[j] + kPrime - t);
        f[j] = reduce(f[j] + t);
      }
    }
  }
}

void from_ntt(Polynomial& polynomial) {
  constexpr std::uint16_t kInverseOf128 = 3303;
  auto& f = polynomial.at;
  std::size_t i = 127;
  for (std::size_t half = 2; half <= 128; half *= 2) {
    for (std::size_t start = 0; start < 256; start += 2 * half) {
      const std::uint16_t zeta = kZetas[i--];
      for (std::size_t j = start; j < start + half; ++j) {
        const std::uint32_t t = f[j];
        f[j] = reduce(t + f[j + half]);
        f[j + half] = times(zeta, f[j + half] + kPrime - t);
      }
    }
  }
  for (auto& each : f) each = times(each, kInverseOf128);
}

void add_product(Polynomial& sum, const Polynomial& left, const Polynomial& right) {
  for (std::size_t i = 0; i < 128; ++i) {
    const std::uint32_t a0 = left.at[2 * i];
    const std::uint32_t a1 = left.at[2 * i + 1];
    const std::uint32_t b0 = right.at[2 * i];
    const std::uint32_t b1 = right.at[2 * i + 1];
    sum.at[2 * i] = reduce(sum.at[2 * i] + a0 * b0 + std::uint32_t{times(a1, b1)} * kGammas[i]);
    sum.at[2 * i + 1] = reduce(sum.at[2 * i + 1] + a0 * b1 + a1 * b0);
  }
}

void pack(const Polynomial& polynomial, unsigned bits, MutableBytes out) {
  assert(out.size() == std::size_t{32} * bits);
  std::uint32_t held = 0;
  unsigned count = 0;
  std::size_t place = 0;
  for (const std::uint16_t each : polynomial.at) {
    held |= std::uint32_t{each} << count;
    for (count += bits; count >= 8; count -= 8, held >>= 8U) out[place++] = static_cast<std::uint8_t>(held);
  }
}

Polynomial unpack(Bytes packed, unsigned bits) {
  assert(packed.size() == std::size_t{32} * bits);
  Polynomial polynomial;
  std::uint32_t held = 0;
  unsigned count = 0;
  std::size_t place = 0;
  for (auto& each : polynomial.at) {
    for (; count < bits; count += 8) held |= std::uint32_t{packed[place++]} << count;
    each = static_cast<std::uint16_t>(held & ((1U << bits) - 1));
    held >>= bits;
    count -= bits;
  }
  return polynomial;
}

Polynomial compress(const Polynomial& polynomial, unsigned bits) {
  Polynomial rounded;
  for (std::size_t i = 0; i < 256; ++i) {
    const std::uint32_t scaled = quotient((std::uint32_t{polynomial.at[i]} << bits) + kPrime / 2);
    rounded.at[i] = static_cast<std::uint16_t>(scaled & ((1U << bits) - 1));
  }
  return rounded;
}

Polynomial decompress(const Polynomial& polynomial, unsigned bits) {
  Polynomial restored;
  for (std::size_t i = 0; i < 256; ++i)
    restored.at[i] = static_cast<std::uint16_t>((polynomial.at[i] * kPrime + (1U << (bits - 1))) >> bits);
  return restored;
}

Polynomial small_polynomial(std::span<const std::uint8_t, 128> random) {
  Polynomial polynomial;
  for (std::size_t i = 0; i < 256; ++i) {
    const std::uint32_t four = random[i / 2] >> (i % 2 * 4);
    const std::uint32_t plus = (four & 1U) + (four >> 1U & 1U);
    const std::uint32_t minus = (four >> 2U & 1U) + (four >> 3U & 1U);
    polynomial.at[i] = reduce(plus + kPrime - minus);
  }
  return polynomial;
}

}  // namespace rozaneh::crypto
