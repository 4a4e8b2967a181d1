#include "crypto/poly1305.h"

#include <gtest/gtest.h>
#include <sodium.h>

#include "crypto/hex.h"
#include "crypto/random.h"

namespace rozaneh::crypto {
namespace {

// By provider: OpenSSL's, and libsodium's, which serves when OpenSSL has none.
class Poly1305Test : public testing::TestWithParam<const char*> {
 protected:
  const Poly1305 poly_{GetParam()};
};

INSTANTIATE_TEST_SUITE_P(Providers, Poly1305Test, testing::Values("provider=default", "provider=absent"));

TEST_P(Poly1305Test, MatchesTheRfcsVector) {  // RFC 8439, section 2.5.2
  const auto key = array_from_hex<32>("85d6be7857556d337f4452fe42d506a80103808afb0db2fd4abff6af4149f51b");
  std::array<std::uint8_t, Poly1305::kTag> tag;
  poly_.tag(tag, bytes_of("Cryptographic Forum Research Group"), key);
  EXPECT_EQ(encode_hex(tag), "a8061dc1305136c6c22b8baf0c0127a9");
}

TEST_P(Poly1305Test, AgreesWithLibsodiumOnEveryLength) {
  SeededRandom random(1305);
  for (std::size_t length = 0; length <= 1500; ++length) {
    const Buffer message = random.bytes(length);
    const auto key = random.bytes(32);
    std::array<std::uint8_t, Poly1305::kTag> tag;
    std::array<std::uint8_t, Poly1305::kTag> expected;
    poly_.tag(tag, message, std::span(key).first<32>());
    crypto_onetimeauth(expected.data(), message.data(), length, key.data());
    ASSERT_EQ(tag, expected) << length;
  }
}

TEST_P(Poly1305Test, VerifiesItsOwnTagAndNoOther) {
  SeededRandom random(8439);
  const Buffer message = random.bytes(100);
  const Buffer key_bytes = random.bytes(32);
  const auto key = std::span(key_bytes).first<32>();
  std::array<std::uint8_t, Poly1305::kTag> tag;
  poly_.tag(tag, message, key);
  EXPECT_TRUE(poly_.verify(tag, message, key));
  for (std::size_t bit = 0; bit < 8 * tag.size(); ++bit) {
    auto wrong = tag;
    wrong[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(poly_.verify(wrong, message, key)) << bit;
  }
}

}  // namespace
}  // namespace rozaneh::crypto
