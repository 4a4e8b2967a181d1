// Points of the Edwards form of the curve (RFC 8032 section 5.1), added without a division and in constant
// time. The formulas are those of section 5.1.4 and of Hisil, Wong, Carter and Dawson, "Twisted Edwards
// curves revisited", 2008; they hold for every pair of points.
#pragma once

#include "crypto/field25519_root.h"

namespace rozaneh::crypto::edwards25519 {

using field25519::Element;

// Extended coordinates: the point is (x / z, y / z), and t is x y / z. A new one is the neutral point.
struct Point {
  Element x, y{1}, z{1}, t;
};

// A point with z = 1 in the form in which adding it is cheapest. A new one is the neutral point.
struct Addend {
  Element sum{1};         // y + x
  Element difference{1};  // y - x
  Element product;        // 2 d x y
};

namespace detail {

// a - b for products, with limbs below 2^54: ready to be multiplied, and without the carry that takes as
// long as half a multiplication.
constexpr Element loose_difference(Element a, const Element& b) {
  using field25519::kLimbMask;
  for (std::size_t i = 0; i < 5; ++i) a.limb[i] += 4 * (i == 0 ? kLimbMask - 18 : kLimbMask) - b.limb[i];
  return a;
}

// Both formulas end in these four multiplications.
constexpr Point joined(const Element& e, const Element& f, const Element& g, const Element& h) {
  return {e * f, g * h, f * g, e * h};
}

}  // namespace detail

constexpr Point operator+(const Point& p, const Addend& q) {
  const Element a = detail::loose_difference(p.y, p.x) * q.difference;
  const Element b = (p.y + p.x) * q.sum;
  const Element c = p.t * q.product;
  const Element d = p.z + p.z;
  return detail::joined(detail::loose_difference(b, a), detail::loose_difference(d, c), d + c, b + a);
}

constexpr Point twice(const Point& p) {
  using field25519::square;
  const Element a = square(p.x);
  const Element b = square(p.y);
  const Element zz = square(p.z);
  const Element h = a + b;
  const Element g = a - b;
  return detail::joined(h - square(p.x + p.y), g + zz + zz, g, h);
}

// The addend of a point whose 1 / z is known.
constexpr Addend addend_of(const Point& p, const Element& inverse_z) {
  const Element x = p.x * inverse_z;
  const Element y = p.y * inverse_z;
  return {field25519::carry(y + x), y - x, (field25519::kEdwardsD + field25519::kEdwardsD) * x * y};
}

// The point itself, or its negative.
constexpr Addend negated_if(Mask negative, const Addend& p) {
  using field25519::select;
  return {select(negative, p.difference, p.sum), select(negative, p.sum, p.difference),
          select(negative, -p.product, p.product)};
}

}  // namespace rozaneh::crypto::edwards25519
