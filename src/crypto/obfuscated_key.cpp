#include "crypto/obfuscated_key.h"

#include "crypto/base_point.h"
#include "crypto/elligator2_fraction.h"
#include "crypto/hash.h"

namespace rozaneh::crypto {
namespace {

using namespace field25519;

// A point of low order, and x y d of it.
struct LowPoint {
  Element x, y, xyd;
};

// A point of order 8; its multiples are all points of low order. Of the roots that satisfy the formula,
// which are from elligator.org/key-exchange, those at most (p - 1) / 2 are the deployed ones.
constexpr Element kOrder8X =
    absolute(root_of((absolute(root_of(kEdwardsD + Element(1))) + Element(1)) * inverse(kEdwardsD)));
constexpr Element kOrder8Y = -(kOrder8X * kSqrtMinusOne);

constexpr LowPoint low(const Element& x, const Element& y) { return {x, y, x * y * kEdwardsD}; }

// k times that point, for k = 0..7.
constexpr std::array<LowPoint, 8> kLowOrder{{low(Element(0), Element(1)), low(kOrder8X, kOrder8Y),
                                             low(kSqrtMinusOne, Element(0)), low(kOrder8X, -kOrder8Y),
                                             low(Element(0), -Element(1)), low(-kOrder8X, -kOrder8Y),
                                             low(-kSqrtMinusOne, Element(0)), low(-kOrder8X, kOrder8Y)}};

// Reads the whole table, so that the key's bits do not show in the cache.
LowPoint low_order_point(std::uint8_t index) {
  LowPoint chosen = kLowOrder[0];
  for (std::uint64_t i = 1; i < kLowOrder.size(); ++i) {
    const Mask here = mask_of(((i ^ index) - 1) >> 63U);
    chosen.x = select(here, kLowOrder[i].x, chosen.x);
    chosen.y = select(here, kLowOrder[i].y, chosen.y);
    chosen.xyd = select(here, kLowOrder[i].xyd, chosen.xyd);
  }
  return chosen;
}

}  // namespace

std::optional<ObfuscatedKeyPair> obfuscated_key_pair(const PrivateKey& key, std::uint8_t tweak) {
  const auto clean = base_times(key);
  const LowPoint low = low_order_point(key.bytes()[0] & 7U);
  // The sum's y is (y1 y2 + x1 x2) / (1 - d x1 x2 y1 y2), and u is (1 + y) / (1 - y).
  const Element y_numerator = clean.y * low.y + clean.x * low.x;
  const Element y_denominator = clean.z - clean.t * low.xyd;
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
