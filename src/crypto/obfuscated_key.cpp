#include "crypto/obfuscated_key.h"

#include "crypto/base_point.h"
#include "crypto/columns25519.h"
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

// u of the point plus the one of low order that the key asks for.
Fraction public_fraction(const edwards25519::Point& clean, const PrivateKey& key) {
  const LowPoint low = low_order_point(key.bytes()[0] & 7U);
  // The sum's y is (y1 y2 + x1 x2) / (1 - d x1 x2 y1 y2), and u is (1 + y) / (1 - y).
  const Element y_numerator = clean.y * low.y + clean.x * low.x;
  const Element y_denominator = clean.z - clean.t * low.xyd;
  return {y_denominator + y_numerator, y_denominator - y_numerator};
}

std::optional<ObfuscatedKeyPair> paired(const PrivateKey& key, const std::optional<Represented>& found) {
  if (!found) return std::nullopt;
  return ObfuscatedKeyPair{key, found->public_key, found->representative};
}

struct Draw {
  PrivateKey key;
  std::uint8_t tweak;
};

Draw draw(Random& random) {
  Secret<32> seed;
  random.fill(seed.bytes());
  const Secret<64> digest(sha512(seed.bytes()));
  return {PrivateKey(digest.bytes().first<32>()), digest.bytes()[63]};
}

}  // namespace

std::optional<ObfuscatedKeyPair> obfuscated_key_pair(const PrivateKey& key, std::uint8_t tweak) {
  return paired(key, represent(public_fraction(base_times(key), key), tweak));
}

ObfuscatedKeyPair make_obfuscated_key_pair(Random& random) {
  for (;;) {
    const Draw drawn = draw(random);
    if (auto pair = obfuscated_key_pair(drawn.key, drawn.tweak)) return *std::move(pair);
  }
}

std::array<std::optional<ObfuscatedKeyPair>, 8> obfuscated_key_pairs(std::span<const PrivateKey, 8> keys,
                                                                     std::span<const std::uint8_t, 8> tweaks,
                                                                     const Simd25519& simd) {
  const auto points = base_times(keys, simd);
  std::array<Fraction, 8> fractions;
  std::array<Element, 8> radicands;
  for (std::size_t i = 0; i < 8; ++i) {
    fractions[i] = public_fraction(points[i], keys[i]);
    radicands[i] = radicand(fractions[i]);
  }
  const auto roots = inverse_roots(radicands, simd);
  std::array<std::optional<ObfuscatedKeyPair>, 8> pairs;
  for (std::size_t i = 0; i < 8; ++i)
    pairs[i] = paired(keys[i], represent(fractions[i], roots[i], tweaks[i]));
  return pairs;
}

std::vector<ObfuscatedKeyPair> make_obfuscated_key_pairs(Random& random, const Simd25519* simd) {
  std::vector<ObfuscatedKeyPair> made;
  if (simd == nullptr) {
    made.push_back(make_obfuscated_key_pair(random));
    return made;
  }
  while (made.empty()) {
    std::array<PrivateKey, 8> keys;
    std::array<std::uint8_t, 8> tweaks{};
    for (std::size_t i = 0; i < 8; ++i) {
      Draw drawn = draw(random);
      keys[i] = drawn.key;
      tweaks[i] = drawn.tweak;
    }
    for (auto& pair : obfuscated_key_pairs(keys, tweaks, *simd)) {
      if (pair) made.push_back(*pair);
    }
  }
  return made;
}

}  // namespace rozaneh::crypto
