#include "crypto/obfuscated_key.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <set>

#include "crypto/base_point.h"
#include "crypto/elligator2_fraction.h"
#include "crypto/hex.h"
#include "crypto/implementations.h"
#include "crypto/random.h"
#include "crypto/vectors.h"

namespace rozaneh::crypto {
namespace {

TEST(ObfuscatedKey, MatchesTheReferenceInEveryCofactorClass) {
  const auto values = read_vectors("obfuscated_keys");
  ASSERT_EQ(values.size(), 160U);
  for (std::size_t i = 0; i < values.size(); i += 4) {
    const PrivateKey key(array_from_hex<32>(values[i]));
    const auto pair = obfuscated_key_pair(key, from_hex(values[i + 1])[0]);
    ASSERT_EQ(pair.has_value(), values[i + 3] != "-") << values[i];
    if (!pair) continue;
    EXPECT_EQ(encode_hex(pair->public_key.bytes), values[i + 2]);
    EXPECT_EQ(encode_hex(pair->representative.bytes), values[i + 3]);
  }
}

void expect_as_alone(const std::array<PrivateKey, 8>& keys, const std::array<std::uint8_t, 8>& tweaks) {
  const auto pairs = obfuscated_key_pairs(keys, tweaks, *simd25519());
  for (std::size_t i = 0; i < 8; ++i) {
    const auto alone = obfuscated_key_pair(keys[i], tweaks[i]);
    ASSERT_EQ(pairs[i].has_value(), alone.has_value()) << encode_hex(keys[i].bytes());
    if (!alone) continue;
    EXPECT_EQ(encode_hex(pairs[i]->private_key.bytes()), encode_hex(keys[i].bytes()));
    EXPECT_EQ(pairs[i]->public_key, alone->public_key);
    EXPECT_EQ(pairs[i]->representative, alone->representative);
  }
}

TEST(ObfuscatedKey, IsTheSameAmongEightAsAlone) {
  if (simd25519() == nullptr) GTEST_SKIP() << "this CPU has no SIMD code for it";
  SeededRandom random(88);
  std::array<PrivateKey, 8> keys;
  std::array<std::uint8_t, 8> tweaks{};
  for (int round = 0; round < 500; ++round) {
    for (auto& key : keys) random.fill(key.bytes());
    random.fill(tweaks);
    expect_as_alone(keys, tweaks);
  }
}

TEST(ObfuscatedKey, IsTheSameAmongEightAsAloneAtTheEdges) {
  if (simd25519() == nullptr) GTEST_SKIP() << "this CPU has no SIMD code for it";
  for (const unsigned byte : {0x00U, 0x77U, 0x78U, 0x7fU, 0x80U, 0x88U, 0xf8U, 0xffU}) {
    for (const unsigned tweak : {0x00U, 0x01U, 0x40U, 0x81U, 0xc1U, 0xffU}) {
      std::array<PrivateKey, 8> keys;  // one for each point of low order
      std::array<std::uint8_t, 8> tweaks{};
      for (std::size_t i = 0; i < 8; ++i) {
        std::ranges::fill(keys[i].bytes(), static_cast<std::uint8_t>(byte));
        keys[i].bytes()[0] = static_cast<std::uint8_t>((byte & 0xf8U) | i);
        tweaks[i] = static_cast<std::uint8_t>(tweak);
      }
      expect_as_alone(keys, tweaks);
    }
  }
}

TEST(ObfuscatedKey, IsMadeInBatchesOfFreshOnes) {
  for (const auto& one : implementations25519()) {
    SeededRandom random(4);
    SeededRandom same(4);
    for (int batch = 0; batch < 50; ++batch) {
      const auto made = make_obfuscated_key_pairs(random, one.simd);
      ASSERT_FALSE(made.empty());
      for (const auto& pair : made) {  // those, and no others, that single tries give
        const auto alone = make_obfuscated_key_pair(same);
        EXPECT_EQ(encode_hex(pair.private_key.bytes()), encode_hex(alone.private_key.bytes())) << one.name;
        EXPECT_EQ(pair.representative, alone.representative) << one.name;
      }
    }
  }
}

TEST(ObfuscatedKey, SendsWhatThePeerDecodesToThePublicKey) {
  SeededRandom random(1);
  for (int i = 0; i < 100; ++i) {
    const auto pair = make_obfuscated_key_pair(random);
    EXPECT_EQ(public_key_of(pair.representative), pair.public_key);
  }
}

TEST(ObfuscatedKey, AgreesOnSecretsWithOrdinaryAndObfuscatedKeys) {
  SeededRandom random(2);
  for (int i = 0; i < 50; ++i) {
    const auto one = make_obfuscated_key_pair(random);
    const auto other = make_obfuscated_key_pair(random);
    const auto ordinary = make_key_pair(random);
    const auto to_ordinary = x25519(one.private_key, ordinary.public_key);
    const auto from_ordinary = x25519(ordinary.private_key, one.public_key);
    const auto here = x25519(one.private_key, other.public_key);
    const auto there = x25519(other.private_key, one.public_key);
    ASSERT_TRUE(to_ordinary && from_ordinary && here && there);
    EXPECT_EQ(encode_hex(to_ordinary->bytes()), encode_hex(from_ordinary->bytes()));
    EXPECT_EQ(encode_hex(here->bytes()), encode_hex(there->bytes()));
  }
}

// The order of the base point times the key's point: one of the eight points of low order, by which an
// observer tells the key's class. The sign of x is not in u, so classes k and -k may swap; with either sign
// all eight must come up.
std::string class_of(const PublicKey& key, std::uint8_t sign) {
  using namespace field25519;
  const Element u = decode(key.bytes);
  auto point = encode((u - Element(1)) * inverse(u + Element(1)));  // y, RFC 7748 section 4.1
  point[31] = static_cast<std::uint8_t>(point[31] | sign << 7U);
  // order - 1 = -1 modulo the order; the point is added once more.
  const auto minus_one =
      array_from_hex<32>("ecd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");
  // libsodium multiplies only points of the prime-order group, so by hand: double and add.
  auto sum = array_from_hex<32>("0100000000000000000000000000000000000000000000000000000000000000");
  for (int bit = 252; bit >= 0; --bit) {
    crypto_core_ed25519_add(sum.data(), sum.data(), sum.data());
    const auto i = static_cast<unsigned>(bit);
    if ((minus_one[i / 8] >> (i % 8) & 1U) != 0)
      crypto_core_ed25519_add(sum.data(), sum.data(), point.data());
  }
  crypto_core_ed25519_add(sum.data(), sum.data(), point.data());
  return encode_hex(sum);
}

TEST(ObfuscatedKey, ShowsAllEightCofactorClasses) {
  SeededRandom random(8);
  std::set<std::string> classes;
  int trials = 0;
  // In 225 trials a class is missing with a chance below 10^-12.
  while (classes.size() < 8 && trials < 225) {
    const auto pair = make_obfuscated_key_pair(random);
    classes.insert(class_of(public_key_of(pair.representative), static_cast<std::uint8_t>(trials++ % 2)));
  }
  EXPECT_EQ(classes.size(), 8U);
}

TEST(ObfuscatedKey, IsNeededBecauseOrdinaryKeysAllShowOneClass) {
  SeededRandom random(9);
  for (const std::uint8_t sign : {std::uint8_t{0}, std::uint8_t{1}}) {
    EXPECT_EQ(class_of(make_key_pair(random).public_key, sign),
              "0100000000000000000000000000000000000000000000000000000000000000");
  }
}

// Whether the points eight base points away, to either side, have representatives. The sign of x is not in
// u; the other sign only swaps the sides.
int neighbours_with_representatives(const PublicKey& key) {
  using namespace field25519;
  const Element u = decode(key.bytes);
  const Element y = (u - Element(1)) * inverse(u + Element(1));
  const Element y2 = square(y);
  const Element x = root_of((y2 - Element(1)) * inverse(kEdwardsD * y2 + Element(1)));
  PrivateKey one;  // clamped it is 2^254, and 8 more with the next
  PrivateKey next;
  next.bytes()[0] = 8;
  const auto addend = [](const edwards25519::Point& p) { return addend_of(p, inverse(p.z)); };
  const auto step = addend(base_times(next) + negated_if(~Mask{0}, addend(base_times(one))));
  int found = 0;
  for (const Mask side : {Mask{0}, ~Mask{0}}) {
    const auto there = edwards25519::Point{x, y, Element(1), x * y} + negated_if(side, step);
    found += represent({there.z + there.y, there.z - there.y}, 0) ? 1 : 0;
  }
  return found;
}

// A key without a representative must not be mended by going on to a point that anybody can compute from
// it: the keys that follow gaps would come up more often, and an observer, who can look for gaps too, would
// find 5 in 8 neighbours missing.
TEST(ObfuscatedKey, AvoidsNoNeighboursThatAnObserverCanCompute) {
  SeededRandom random(5);
  constexpr int kKeys = 800;
  int found = 0;
  for (int i = 0; i < kKeys; ++i)
    found += neighbours_with_representatives(make_obfuscated_key_pair(random).public_key);
  EXPECT_GT(found, 700);  // of 1600, five deviations from one half
  EXPECT_LT(found, 900);
}

TEST(ObfuscatedKey, MakesEveryBitAndEveryPairOfTopBitsEquallyLikely) {
  SeededRandom random(256);
  constexpr int kKeys = 4000;
  std::array<int, 256> ones{};
  std::array<int, 4> tops{};
  for (int i = 0; i < kKeys; ++i) {
    const auto bytes = make_obfuscated_key_pair(random).representative.bytes;
    for (std::size_t bit = 0; bit < 256; ++bit) ones[bit] += bytes[bit / 8] >> (bit % 8) & 1;
    ++tops[bytes[31] >> 6U];
  }
  double bits_squared = 0;  // chi-square with 256 degrees of freedom: mean 256, deviation 23
  for (const int count : ones) {
    const double off = count - kKeys / 2.0;
    bits_squared += off * off / (kKeys / 4.0);
    EXPECT_LT(off * off, 25 * kKeys / 4.0);  // five deviations for each bit
  }
  EXPECT_GT(bits_squared, 256 - 5 * 23);
  EXPECT_LT(bits_squared, 256 + 5 * 23);
  double tops_squared = 0;  // three degrees: above 30 with a chance of 10^-6
  for (const int count : tops) tops_squared += (count - kKeys / 4.0) * (count - kKeys / 4.0) / (kKeys / 4.0);
  EXPECT_LT(tops_squared, 30);
}

}  // namespace
}  // namespace rozaneh::crypto
