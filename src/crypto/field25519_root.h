// Choices, roots and the constants of Curve25519, modulo p = 2^255 - 19, in constant time.
#pragma once

#include "crypto/field25519.h"
#include "crypto/mask.h"

namespace rozaneh::crypto::field25519 {

constexpr Element select(Mask condition, const Element& yes, const Element& no) {
  Element out;
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = no.limb[i] ^ (condition & (yes.limb[i] ^ no.limb[i]));
  return out;
}

constexpr Mask is_odd(const Element& x) { return mask_of(encode(x)[0] & 1U); }

constexpr Mask is_zero(const Element& x) {
  std::uint64_t any = 0;
  for (const auto byte : encode(x)) any |= byte;
  return mask_of((any - 1) >> 63U);
}

constexpr Mask equals(const Element& a, const Element& b) { return is_zero(a - b); }

// x^(2^252 - 3), that is x^((p - 5) / 8): the start of every root.
constexpr Element power_252_3(const Element& x) {
  // Named for the exponent's number of ones, which squaring shifts and multiplying joins.
  const Element ones2 = square(x) * x;
  const Element ones4 = square(ones2, 2) * ones2;
  const Element ones5 = square(ones4) * x;
  const Element ones10 = square(ones5, 5) * ones5;
  const Element ones20 = square(ones10, 10) * ones10;
  const Element ones40 = square(ones20, 20) * ones20;
  const Element ones50 = square(ones40, 10) * ones10;
  const Element ones100 = square(ones50, 50) * ones50;
  const Element ones200 = square(ones100, 100) * ones100;
  const Element ones250 = square(ones200, 50) * ones50;
  return square(ones250, 2) * x;
}

// 2 is no square, so 2^((p - 1) / 4) is a root of -1.
inline constexpr Element kSqrtMinusOne = square(power_252_3(Element(2))) * Element(2);

struct InverseRoot {
  Element root;    // 1 / sqrt(x) of a square, sqrt(sqrt(-1) / x) otherwise; 0 of 0
  Mask is_square;  // yes for 0 too
};

// From r = power_252_3(x), as x r^2 is a fourth root of 1: 1 and -1 for a square, the roots of -1 otherwise.
// For -1 and -sqrt(-1), a factor sqrt(-1) makes it right.
constexpr InverseRoot inverse_root(const Element& x, const Element& power) {
  const Element quartic = x * square(power);
  const Mask minus_one = equals(quartic, -Element(1));
  const Mask minus_root = equals(quartic, -kSqrtMinusOne);
  return {select(minus_one | minus_root, power * kSqrtMinusOne, power),
          equals(quartic, Element(1)) | minus_one | is_zero(x)};
}

constexpr InverseRoot inverse_root(const Element& x) { return inverse_root(x, power_252_3(x)); }

// One of the roots of a square.
constexpr Element root_of(const Element& square_number) {
  return square_number * inverse_root(square_number).root;
}

// 1 / x, and 0 of 0: x^(p - 2) = x^(8 (2^252 - 3) + 3).
constexpr Element inverse(const Element& x) { return square(power_252_3(x), 3) * square(x) * x; }

// The root that is at most (p - 1) / 2: twice it is even modulo p.
constexpr Element absolute(const Element& x) { return select(is_odd(x + x), -x, x); }

// v^2 = u^3 + A u^2 + u (RFC 7748), and -x^2 + y^2 = 1 + d x^2 y^2 (RFC 8032).
inline constexpr Element kCurveA = Element(486662);
inline constexpr Element kEdwardsD = -(Element(121665) * inverse(Element(121666)));

}  // namespace rozaneh::crypto::field25519
