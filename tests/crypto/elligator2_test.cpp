#include "crypto/elligator2.h"

#include <gtest/gtest.h>

#include "crypto/hex.h"
#include "crypto/random.h"
#include "crypto/vectors.h"

namespace rozaneh::crypto {
namespace {

std::string decoded(const std::array<std::uint8_t, 32>& representative) {
  return encode_hex(public_key_of(Representative(representative)).bytes);
}

TEST(Elligator2, DecodesMonocyphersVectors) {
  const auto values = read_vectors("elligator_dir");
  ASSERT_EQ(values.size(), 76U);
  for (std::size_t i = 0; i + 1 < values.size(); i += 2)
    EXPECT_EQ(decoded(array_from_hex<32>(values[i])), values[i + 1]) << values[i];
}

TEST(Elligator2, EncodesMonocyphersVectors) {
  auto values = read_vectors("elligator_inv");
  std::size_t checked = 0;
  for (std::size_t i = 0; i + 2 < values.size(); ++checked) {  // key, tweak, ff or (00, representative)
    const auto found =
        representative_of(PublicKey(array_from_hex<32>(values[i])), from_hex(values[i + 1])[0]);
    ASSERT_EQ(found.has_value(), values[i + 2] == "00") << values[i];
    if (found) {
      EXPECT_EQ(encode_hex(found->bytes), values[i + 3]);
    }
    i += found ? 4U : 3U;
  }
  EXPECT_EQ(checked, 3U);
}

TEST(Elligator2, DoesNotReadTheTopTwoBits) {
  // From jmwample/ptrs, x25519_elligator2.rs: a decoder that masks one bit only finds 1af2d7ac....
  auto bytes = array_from_hex<32>("8781b04fefa49473ca5943ab23a14689dad56f8118d5869ad378c079fd2f4079");
  for (const unsigned top : {0x00U, 0x40U, 0x80U, 0xc0U}) {
    bytes[31] = static_cast<std::uint8_t>((bytes[31] & 0x3fU) | top);
    EXPECT_EQ(decoded(bytes), "a946c3dd16d99b8c38972584ca599da53e32e8b13c1e9a408ff22fdb985c2d79");
  }
}

TEST(Elligator2, FindsBothRootsOfWhatItDecodes) {
  SeededRandom random(254);
  for (int i = 0; i < 300; ++i) {
    Representative original;
    random.fill(original.bytes);
    original.bytes[31] &= 0x1fU;  // below 2^253, so surely a root that is at most (p - 1) / 2
    const PublicKey key = public_key_of(original);
    const auto first = representative_of(key, 0);
    const auto second = representative_of(key, 1);
    ASSERT_TRUE(first && second);
    EXPECT_NE(*first, *second);
    EXPECT_TRUE(*first == original || *second == original);
    EXPECT_EQ(public_key_of(*first), key);
    EXPECT_EQ(public_key_of(*second), key);
  }
}

TEST(Elligator2, PutsTheTweaksTopBitsOnTop) {
  const PublicKey key = public_key_of(Representative{});
  const auto plain = representative_of(key, 0x3e);
  ASSERT_TRUE(plain);
  for (const unsigned top : {0x00U, 0x40U, 0x80U, 0xc0U}) {
    auto expected = plain->bytes;
    expected[31] = static_cast<std::uint8_t>(expected[31] | top);
    const auto found = representative_of(key, static_cast<std::uint8_t>(top | 0x3eU));
    ASSERT_TRUE(found);
    EXPECT_EQ(found->bytes, expected);
  }
}

TEST(Elligator2, FindsARepresentativeForAboutHalfOfAllKeys) {
  SeededRandom random(50);
  int found = 0;
  for (int i = 0; i < 1000; ++i)
    found += representative_of(make_key_pair(random).public_key, 0).has_value() ? 1 : 0;
  EXPECT_GT(found, 420);  // five standard deviations
  EXPECT_LT(found, 580);
}

}  // namespace
}  // namespace rozaneh::crypto
