#include "crypto/random.h"

#include <gtest/gtest.h>

#include <map>

#include "base/encoding.h"
#include "crypto/equal.h"

namespace rozaneh::crypto {
namespace {

TEST(SeededRandom, GivesTheChaCha20StreamOfItsSeed) {
  // The keystream of an all-zero key and nonce, from draft-agl-tls-chacha20poly1305-04 section 7.
  SeededRandom random(0);
  EXPECT_EQ(encode_hex(random.bytes(32)), "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7");
}

TEST(SeededRandom, GivesTheSameBytesHoweverTheyAreAskedFor) {
  SeededRandom whole(7);
  SeededRandom parts(7);
  const Buffer expected = whole.bytes(3000);
  Buffer pieced;
  for (std::size_t n = 0; pieced.size() + n <= expected.size(); ++n) append(pieced, parts.bytes(n));
  append(pieced, parts.bytes(expected.size() - pieced.size()));
  EXPECT_EQ(pieced, expected);
}

TEST(SeededRandom, DiffersFromSeedToSeed) {
  SeededRandom one(1);
  SeededRandom two(2);
  EXPECT_NE(one.bytes(16), two.bytes(16));
}

TEST(SystemRandom, NeverRepeatsItselfAcrossRefillsAndLongFills) {
  SystemRandom random;
  std::map<Buffer, int> seen;
  for (std::size_t round = 0; round < 40; ++round) {
    const Buffer bytes = random.bytes(round % 4 == 0 ? 1600 : 48);
    for (std::size_t at = 0; at + 16 <= bytes.size(); at += 16)
      EXPECT_EQ(++seen[Buffer(&bytes[at], &bytes[at] + 16)], 1);
  }
}

TEST(SystemRandom, DiffersFromObjectToObject) {
  SystemRandom one;
  SystemRandom two;
  EXPECT_NE(one.bytes(32), two.bytes(32));
}

TEST(SystemRandom, FillsEveryByteOfEveryLength) {
  SystemRandom random;
  for (const std::size_t length : {1U, 31U, 32U, 480U, 511U, 512U, 513U, 4096U}) {
    // A byte that stayed zero in sixteen fills was not written (chance 2^-128 otherwise).
    Buffer any(length);
    for (int round = 0; round < 16; ++round) {
      const Buffer bytes = random.bytes(length);
      for (std::size_t i = 0; i < length; ++i) any[i] |= bytes[i];
    }
    EXPECT_EQ(std::ranges::count(any, 0), 0) << length;
  }
}

TEST(Equal, ComparesContentAndLength) {
  const Buffer a{1, 2, 3};
  EXPECT_TRUE(equal(a, Buffer{1, 2, 3}));
  EXPECT_FALSE(equal(a, Buffer{1, 2, 4}));
  EXPECT_FALSE(equal(a, Buffer{9, 2, 3}));
  EXPECT_FALSE(equal(a, Buffer{1, 2}));
  EXPECT_TRUE(equal({}, {}));
}

}  // namespace
}  // namespace rozaneh::crypto
