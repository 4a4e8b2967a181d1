#include "crypto/uniform_dh.h"

#include <gtest/gtest.h>
#include <openssl/bn.h>

#include <memory>

#include "crypto/hex.h"
#include "crypto/random.h"
#include "crypto/vectors.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kSize = UniformDh::kSize;

UniformDh pair_of(std::string_view private_key) {
  return UniformDh(Secret<kSize>(array_from_hex<kSize>(private_key)));
}

std::string shared(const UniformDh& ours, const UniformDh::PublicKey& theirs) {
  const auto secret = ours.shared_secret(theirs);
  return secret ? encode_hex(secret->bytes()) : "none";
}

// p plus a small number, by RFC 3526 section 2's digits of OpenSSL.
UniformDh::PublicKey p_plus(int offset) {
  const std::unique_ptr<BIGNUM, decltype(&BN_free)> p(BN_get_rfc3526_prime_1536(nullptr), BN_free);
  if (offset >= 0) BN_add_word(p.get(), static_cast<BN_ULONG>(offset));
  if (offset < 0) BN_sub_word(p.get(), static_cast<BN_ULONG>(-offset));
  UniformDh::PublicKey out;
  BN_bn2binpad(p.get(), out.data(), static_cast<int>(out.size()));
  return out;
}

UniformDh::PublicKey small(std::uint8_t number) {
  UniformDh::PublicKey out{};
  out.back() = number;
  return out;
}

TEST(UniformDh, MatchesObfs4proxysVectors) {
  const auto values = read_vectors("uniform_dh");
  ASSERT_EQ(values.size(), 5U);
  const UniformDh x = pair_of(values[0]);
  const UniformDh y = pair_of(values[2]);
  EXPECT_EQ(encode_hex(x.public_key()), values[1]);  // an odd private key: p - X
  EXPECT_EQ(encode_hex(y.public_key()), values[3]);  // an even one: X
  EXPECT_EQ(shared(x, y.public_key()), values[4]);
  EXPECT_EQ(shared(y, x.public_key()), values[4]);
}

TEST(UniformDh, AgreesWhicheverWayTheCoinsFall) {
  SeededRandom random(5);
  int coins = 0;
  for (int i = 0; i < 12; ++i) {
    Secret<kSize> key;
    random.fill(key.bytes());
    const UniformDh one(key);
    key.bytes().back() ^= 1U;
    const UniformDh mirrored(key);
    const UniformDh other = UniformDh::make(random);
    EXPECT_NE(one.public_key(), mirrored.public_key());
    EXPECT_EQ(shared(one, other.public_key()), shared(mirrored, other.public_key()));
    EXPECT_EQ(shared(other, one.public_key()), shared(other, mirrored.public_key()));
    EXPECT_EQ(shared(one, other.public_key()), shared(other, one.public_key()));
    coins |= 1 << (key.bytes().back() & 1U);
  }
  EXPECT_EQ(coins, 3);  // both coins fell
}

TEST(UniformDh, WritesLeadingZeros) {
  Secret<kSize> key;
  key.bytes().back() = 6;
  EXPECT_EQ(UniformDh(key).public_key(), small(64));
  EXPECT_EQ(shared(UniformDh(key), small(2)), encode_hex(small(64)));
}

TEST(UniformDh, TakesNumbersFromPOnByTheirRemainder) {
  SeededRandom random(6);
  const UniformDh pair = UniformDh::make(random);
  EXPECT_EQ(shared(pair, p_plus(2)), shared(pair, small(2)));
}

TEST(UniformDh, RefusesKeysThatFixTheSecret) {
  SeededRandom random(7);
  const UniformDh pair = UniformDh::make(random);
  for (const auto& key : {small(0), small(1), p_plus(-1), p_plus(0), p_plus(1)})
    EXPECT_EQ(shared(pair, key), "none") << encode_hex(key);
  EXPECT_NE(shared(pair, p_plus(-2)), "none");
}

}  // namespace
}  // namespace rozaneh::crypto
