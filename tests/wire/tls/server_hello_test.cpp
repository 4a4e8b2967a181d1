#include "wire/tls/server_hello.h"

#include <gtest/gtest.h>

#include "wire/tls/messages.h"

namespace rozaneh::tls {
namespace {

Buffer body_of(Bytes message) { return {message.begin() + kHandshakeHeader, message.end()}; }

TEST(ServerHello, IsReadAsRfc8448Explains) {
  const auto hello = parse_server_hello(body_of(rfc8448_server_hello()));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->legacy_version, kTls12);
  EXPECT_EQ(hello->version, kTls13);
  EXPECT_EQ(hello->cipher_suite, 0x1301);
  EXPECT_EQ(hello->group, 29);
  EXPECT_FALSE(hello->retry_request);
  EXPECT_FALSE(hello->alpn);
}

TEST(ServerHello, IsRefusedWhereverItIsCutAndWithBytesAfterIt) {
  Buffer body = body_of(rfc8448_server_hello());
  for (std::size_t size = 0; size < body.size(); ++size) {
    const bool without_extensions = size == 2 + 32 + 1 + 2 + 1;
    EXPECT_EQ(parse_server_hello(Bytes(body).first(size)).has_value(), without_extensions) << size;
  }
  body.push_back(0);
  EXPECT_FALSE(parse_server_hello(body));
}

Buffer old_hello(std::string_view extensions) {
  return concat(*decode_hex("0303"), Buffer(32, 7), *decode_hex("00c02f00"), *decode_hex(extensions));
}

TEST(ServerHello, NegotiatesItsLegacyVersionWithoutTheExtension) {
  const auto hello = parse_server_hello(old_hello("0009001000050003026832"));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->version, kTls12);
  EXPECT_EQ(hello->alpn, "h2");
  EXPECT_EQ(parse_server_hello(old_hello("0000"))->version, kTls12);
  EXPECT_FALSE(parse_server_hello(old_hello("000100")));
}

TEST(ServerHello, TellsARequestToTryAgain) {
  const Buffer random = *decode_hex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c");
  const auto with = [](Bytes bytes) {
    return parse_server_hello(
        concat(*decode_hex("0303"), bytes, *decode_hex("00130100000c002b00020304003300020017")));
  };
  ASSERT_TRUE(with(random));
  EXPECT_TRUE(with(random)->retry_request);
  EXPECT_EQ(with(random)->group, 23);
  Buffer other = random;
  other.back() ^= 1U;
  EXPECT_FALSE(with(other)->retry_request);
}

}  // namespace
}  // namespace rozaneh::tls
