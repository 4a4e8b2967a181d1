// Arithmetic modulo p = 2^255 - 19 in constant time, for Elligator2 and the keys it needs.
//
// An element is five limbs of 51 bits, least significant first. Limbs may be larger than 51 bits between
// operations ("loose"): multiply and square take limbs below 2^54 and give limbs below 2^52; so do
// subtract and negate for a second operand below 2^53. A sum of up to four such results may thus be
// multiplied, and a sum of two subtracted. Nothing branches or indexes memory on a value.
#pragma once

#include <array>

#include "base/bytes.h"

namespace rozaneh::crypto::field25519 {

__extension__ using Wide = unsigned __int128;
using Bytes32 = std::array<std::uint8_t, 32>;

constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << 51U) - 1;

struct Element {
  std::array<std::uint64_t, 5> limb{};

  constexpr Element() = default;
  constexpr explicit Element(std::uint64_t small) : limb{small} {}  // below 2^51
};

// Makes limbs of at most 51 bits and a little, for limbs of up to 64.
constexpr Element carry(Element a) {
  for (std::size_t i = 0; i < 4; ++i) {
    a.limb[i + 1] += a.limb[i] >> 51U;
    a.limb[i] &= kLimbMask;
  }
  a.limb[0] += 19 * (a.limb[4] >> 51U);
  a.limb[4] &= kLimbMask;
  return a;
}

constexpr Element operator+(Element a, const Element& b) {
  for (std::size_t i = 0; i < 5; ++i) a.limb[i] += b.limb[i];
  return a;
}

constexpr Element operator-(Element a, const Element& b) {
  constexpr std::uint64_t kFourP0 = 4 * (kLimbMask - 18);  // 4p keeps every limb positive
  constexpr std::uint64_t kFourP = 4 * kLimbMask;
  for (std::size_t i = 0; i < 5; ++i) a.limb[i] += (i == 0 ? kFourP0 : kFourP) - b.limb[i];
  return carry(a);
}

constexpr Element operator-(const Element& a) { return Element() - a; }

namespace detail {

constexpr Wide wide(std::uint64_t a, std::uint64_t b) { return Wide{a} * b; }

constexpr Element fold(std::array<Wide, 5> sum) {
  Element out;
  for (std::size_t i = 0; i < 4; ++i) sum[i + 1] += static_cast<std::uint64_t>(sum[i] >> 51U);
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = static_cast<std::uint64_t>(sum[i]) & kLimbMask;
  out.limb[0] += 19 * static_cast<std::uint64_t>(sum[4] >> 51U);  // 2^255 is 19
  out.limb[1] += out.limb[0] >> 51U;
  out.limb[0] &= kLimbMask;
  return out;
}

}  // namespace detail

constexpr Element operator*(const Element& x, const Element& y) {
  using detail::wide;
  const auto& [a0, a1, a2, a3, a4] = x.limb;
  const auto& [b0, b1, b2, b3, b4] = y.limb;
  const std::uint64_t c1 = 19 * b1, c2 = 19 * b2, c3 = 19 * b3, c4 = 19 * b4;
  return detail::fold({wide(a0, b0) + wide(a1, c4) + wide(a2, c3) + wide(a3, c2) + wide(a4, c1),
                       wide(a0, b1) + wide(a1, b0) + wide(a2, c4) + wide(a3, c3) + wide(a4, c2),
                       wide(a0, b2) + wide(a1, b1) + wide(a2, b0) + wide(a3, c4) + wide(a4, c3),
                       wide(a0, b3) + wide(a1, b2) + wide(a2, b1) + wide(a3, b0) + wide(a4, c4),
                       wide(a0, b4) + wide(a1, b3) + wide(a2, b2) + wide(a3, b1) + wide(a4, b0)});
}

constexpr Element square(const Element& x) {
  using detail::wide;
  const auto& [a0, a1, a2, a3, a4] = x.limb;
  const std::uint64_t d0 = 2 * a0, d1 = 2 * a1, c3 = 19 * a3, c4 = 19 * a4;
  return detail::fold(
      {wide(a0, a0) + wide(d1, c4) + wide(2 * a2, c3), wide(d0, a1) + wide(2 * a2, c4) + wide(a3, c3),
       wide(d0, a2) + wide(a1, a1) + wide(2 * a3, c4), wide(d0, a3) + wide(d1, a2) + wide(a4, c4),
       wide(d0, a4) + wide(d1, a3) + wide(a2, a2)});
}

// x^(2^times)
constexpr Element square(Element x, int times) {
  for (int i = 0; i < times; ++i) x = square(x);
  return x;
}

namespace detail {

constexpr std::uint64_t load(std::span<const std::uint8_t, 8> bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  return word;
}

constexpr void store(std::span<std::uint8_t, 8> bytes, std::uint64_t word) {
  for (std::size_t i = 0; i < 8; ++i) bytes[i] = static_cast<std::uint8_t>(word >> (8 * i));
}

}  // namespace detail

// The number in 32 bytes, little endian; bit 255 is left out, and numbers from p on are taken modulo p.
constexpr Element decode(std::span<const std::uint8_t, 32> bytes) {
  const std::uint64_t w0 = detail::load(bytes.subspan<0, 8>());
  const std::uint64_t w1 = detail::load(bytes.subspan<8, 8>());
  const std::uint64_t w2 = detail::load(bytes.subspan<16, 8>());
  const std::uint64_t w3 = detail::load(bytes.subspan<24, 8>());
  Element out;
  out.limb = {w0, w0 >> 51U | w1 << 13U, w1 >> 38U | w2 << 26U, w2 >> 25U | w3 << 39U, w3 >> 12U};
  for (auto& limb : out.limb) limb &= kLimbMask;
  return out;
}

// The number below p, in 32 bytes, little endian.
constexpr Bytes32 encode(Element x) {
  x = carry(carry(x));
  std::uint64_t excess = 19;  // x + 19 reaches 2^255 exactly if x >= p
  for (const auto limb : x.limb) excess = (limb + excess) >> 51U;
  x.limb[0] += 19 * excess;
  for (std::size_t i = 0; i < 4; ++i) {
    x.limb[i + 1] += x.limb[i] >> 51U;
    x.limb[i] &= kLimbMask;
  }
  x.limb[4] &= kLimbMask;
  const auto& [l0, l1, l2, l3, l4] = x.limb;
  Bytes32 out{};
  const std::span<std::uint8_t, 32> bytes(out);
  detail::store(bytes.subspan<0, 8>(), l0 | l1 << 51U);
  detail::store(bytes.subspan<8, 8>(), l1 >> 13U | l2 << 38U);
  detail::store(bytes.subspan<16, 8>(), l2 >> 26U | l3 << 25U);
  detail::store(bytes.subspan<24, 8>(), l3 >> 39U | l4 << 12U);
  return out;
}

}  // namespace rozaneh::crypto::field25519
