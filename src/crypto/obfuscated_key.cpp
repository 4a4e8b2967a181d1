#include "crypto/obfuscated_key.h"

#include <sodium.h>

#include "crypto/elligator2_fraction.h"
#include "crypto/hash.h"
#include "crypto/sodium.h"

namespace rozaneh::crypto {
namespace {

using namespace field25519;

// A point of the Edwards form of the curve.
struct Point {
  Element x, y;
};

// A point of order 8; its multiples are all points of low order. Of the roots that satisfy the formula,
// which are from elligator.org/key-exchange, those at most (p - 1) / 2 are the deployed ones.
constexpr Element kOrder8X =
    absolute(root_of((absolute(root_of(kEdwardsD + Element(1))) + Element(1)) * inverse(kEdwardsD)));
constexpr Element kOrder8Y = -(kOrder8X * kSqrtMinusOne);

// k times that point, for k = 0..7.
constexpr std::array<Point, 8> kLowOrder{{{Element(0), Element(1)},
                                          {kOrder8X, kOrder8Y},
                                          {kSqrtMinusOne, Element(0)},
                                          {kOrder8X, -kOrder8Y},
                                          {Element(0), -Element(1)},
                                          {-kOrder8X, -kOrder8Y},
                                          {-kSqrtMinusOne, Element(0)},
                                          {-kOrder8X, kOrder8Y}}};

// Reads the whole table, so that the key's bits do not show in the cache.
Point low_order_point(std::uint8_t index) {
  Point chosen = kLowOrder[0];
  for (std::uint64_t i = 1; i < kLowOrder.size(); ++i) {
    const Mask here = mask_of(((i ^ index) - 1) >> 63U);
    chosen.x = select(here, kLowOrder[i].x, chosen.x);
    chosen.y = select(here, kLowOrder[i].y, chosen.y);
  }
  return chosen;
}

// The clamped scalar times the base point. libsodium gives y and the parity of x (RFC 8032 section 5.1.2);
// x comes from the curve's equation: x^2 = (y^2 - 1) / (d y^2 + 1).
Point base_times(const PrivateKey& key) {
  Bytes32 packed{};
  crypto_scalarmult_ed25519_base(packed.data(), key.bytes().data());
  const Element y = decode(packed);
  const Element y2 = square(y);
  const Element numerator = y2 - Element(1);
  const Element denominator = kEdwardsD * y2 + Element(1);
  const Element x = numerator * inverse_root(numerator * denominator).root;
  const Mask wrong_sign = is_odd(x) ^ mask_of(packed[31] >> 7U);
  return {select(wrong_sign, -x, x), y};
}

}  // namespace

std::optional<ObfuscatedKeyPair> obfuscated_key_pair(const PrivateKey& key, std::uint8_t tweak) {
  start_sodium();
  const Point clean = base_times(key);
  const Point low = low_order_point(key.bytes()[0] & 7U);
  // The sum's y is (y1 y2 + x1 x2) / (1 - d x1 x2 y1 y2), and u is (1 + y) / (1 - y).
  const Element xx = clean.x * low.x;
  const Element yy = clean.y * low.y;
  const Element y_numerator = yy + xx;
  const Element y_denominator = Element(1) - kEdwardsD * xx * yy;
  const auto found = represent(y_denominator + y_numerator, y_denominator - y_numerator, tweak);
  if (!found) return std::nullopt;
  return ObfuscatedKeyPair{key, found->public_key, found->representative};
}

ObfuscatedKeyPair make_obfuscated_key_pair(Random& random) {
  for (;;) {
    Secret<32> seed;
    random.fill(seed.bytes());
    const Secret<64> digest(sha512(seed.bytes()));
    const PrivateKey key(digest.bytes().first<32>());
    if (auto pair = obfuscated_key_pair(key, digest.bytes()[63])) return *std::move(pair);
  }
}

}  // namespace rozaneh::crypto
