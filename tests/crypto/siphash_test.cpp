#include "crypto/siphash.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include <numeric>

#include "crypto/hex.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

std::array<std::uint8_t, 16> counting_key() {
  std::array<std::uint8_t, 16> key;
  std::iota(key.begin(), key.end(), std::uint8_t{0});
  return key;
}

TEST(SipHash, MatchesThePapersVector) {  // appendix A: a129ca6149be45e5 as a number
  Buffer message(15);
  std::iota(message.begin(), message.end(), std::uint8_t{0});
  EXPECT_EQ(encode_hex(siphash(counting_key(), message)), "e545be4961ca29a1");
}

TEST(SipHash, AgreesWithLibsodiumOnEveryLength) {
  SeededRandom random(2012);
  for (std::size_t length = 0; length < 300; ++length) {
    const Buffer key = random.bytes(16);
    const Buffer message = random.bytes(length);
    SipHash::Output expected;
    crypto_shorthash(expected.data(), message.data(), message.size(), key.data());
    EXPECT_EQ(siphash(std::span<const std::uint8_t, 16>(key), message), expected) << length;
  }
}

TEST(SipHash, ReadsWithoutChangingItsState) {
  SipHash running(counting_key());
  Buffer so_far;
  SipHash::Block block{};
  for (int i = 0; i < 40; ++i) {  // as obfs4 runs it: each block is the output before
    append(so_far, block);
    block = running.update(block).digest();
    EXPECT_EQ(running.digest(), block);
    EXPECT_EQ(siphash(counting_key(), so_far), block);
  }
}

}  // namespace
}  // namespace rozaneh::crypto
