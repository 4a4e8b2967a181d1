#include "crypto/x25519.h"

#include <gtest/gtest.h>

#include "crypto/hex.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

PrivateKey private_key(std::string_view hex) { return PrivateKey(array_from_hex<32>(hex)); }
PublicKey public_key(std::string_view hex) { return PublicKey(array_from_hex<32>(hex)); }

std::string shared(const PrivateKey& ours, const PublicKey& theirs) {
  const auto secret = x25519(ours, theirs);
  return secret ? encode_hex(secret->bytes()) : "none";
}

TEST(X25519, MatchesRfc7748) {  // section 5.2; the second u has its top bit set, which is not read
  EXPECT_EQ(shared(private_key("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                   public_key("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  EXPECT_EQ(shared(private_key("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                   public_key("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST(X25519, GivesBothSidesOneSecret) {  // section 6.1
  const auto alice = private_key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const auto bob = private_key("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  EXPECT_EQ(encode_hex(public_key_of(alice).bytes),
            "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a");
  EXPECT_EQ(encode_hex(public_key_of(bob).bytes),
            "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f");
  constexpr std::string_view kSecret = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(shared(alice, public_key_of(bob)), kSecret);
  EXPECT_EQ(shared(bob, public_key_of(alice)), kSecret);
}

TEST(X25519, RefusesKeysOfLowOrder) {
  const auto ours = private_key("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  for (const std::string_view low : {
           "0000000000000000000000000000000000000000000000000000000000000000",
           "0100000000000000000000000000000000000000000000000000000000000000",
           "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
           "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
           "0000000000000000000000000000000000000000000000000000000000000080",
           "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
       })
    EXPECT_EQ(shared(ours, public_key(low)), "none") << low;
}

TEST(X25519, MakesClampedPairs) {
  SeededRandom random(7748);
  for (int i = 0; i < 20; ++i) {
    const KeyPair pair = make_key_pair(random);
    EXPECT_EQ(pair.private_key.bytes().front() & 7U, 0U);
    EXPECT_EQ(pair.private_key.bytes().back() & 0xc0U, 0x40U);
    EXPECT_EQ(pair.public_key, public_key_of(pair.private_key));
  }
}

}  // namespace
}  // namespace rozaneh::crypto
