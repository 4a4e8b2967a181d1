#include "crypto/elligator2.h"

#include "crypto/elligator2_fraction.h"
#include "crypto/field25519_root.h"

namespace rozaneh::crypto {

using namespace field25519;

// The paper's map (section 5.5, non-square 2): w = -A / (1 + 2 r^2); u is w if that is on the curve, and
// otherwise -w - A = 2 r^2 w.
//
// On the curve means that w^3 + A w^2 + w is a square. With D = 1 + 2 r^2 and N = A (2 A^2 r^2 - D^2) it is
// N / D^3, a square if and only if N D^3 is one. The inverse root of that gives 1 / D = N D^2 / (N D^3) as
// well, except for a factor sqrt(-1) for a non-square, which the second case takes out again.
PublicKey public_key_of(const Representative& representative) {
  auto bytes = representative.bytes;
  bytes[31] &= 0x3fU;
  const Element twice_square = Element(2) * square(decode(bytes));
  const Element d = Element(1) + twice_square;
  const Element d2 = square(d);
  const Element n = kCurveA * (square(kCurveA) * twice_square - d2);
  const auto [root, on_curve] = inverse_root(n * d2 * d);
  const Element w = -(kCurveA * n * d2 * square(root));
  return PublicKey(encode(select(on_curve, w, -(w * twice_square * kSqrtMinusOne))));
}

// Section 5.3: u has representatives if -2 u (u + A) is a square; they are the roots of -u / (2 (u + A))
// and of -(u + A) / (2 u), that is u and u + A times the inverse root s of that square.
//
// For u = N / D, the square is -2 N (N + A D) up to the square D^2, and u is N s, u + A is (N + A D) s. It is
// taken times D^4, so that the one inverse root yields 1 / D too.
namespace {

struct Terms {
  Element d2, other, t;

  explicit Terms(const Fraction& u)
      : d2(square(u.denominator)),
        other(u.numerator + kCurveA * u.denominator),
        t(Element(2) * (-u.numerator) * other) {}
};

}  // namespace

Element radicand(const Fraction& u) {
  const Terms terms(u);
  return terms.t * square(terms.d2);
}

std::optional<Represented> represent(const Fraction& u, const InverseRoot& inverse_root, std::uint8_t tweak) {
  const auto& [root, is_square] = inverse_root;
  if (is_square == 0) return std::nullopt;
  const Terms terms(u);
  const Element inverse_denominator = square(root) * terms.t * terms.d2 * u.denominator;
  const Element chosen = select(mask_of(tweak & 1U), terms.other, u.numerator);
  Represented out{PublicKey(encode(u.numerator * inverse_denominator)),
                  Representative(encode(absolute(chosen * root * terms.d2)))};
  out.representative.bytes[31] |= tweak & 0xc0U;
  return out;
}

std::optional<Represented> represent(const Fraction& u, std::uint8_t tweak) {
  return represent(u, inverse_root(radicand(u)), tweak);
}

std::optional<Representative> representative_of(const PublicKey& key, std::uint8_t tweak) {
  const auto found = represent({decode(key.bytes), Element(1)}, tweak);
  if (!found) return std::nullopt;
  return found->representative;
}

}  // namespace rozaneh::crypto
