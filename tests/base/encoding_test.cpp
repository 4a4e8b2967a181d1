#include "base/encoding.h"

#include <gtest/gtest.h>

namespace rozaneh {
namespace {

struct Case {
  std::string_view plain, hex, base64, base32;
};

// RFC 4648 section 10, without the padding.
constexpr Case kCases[] = {
    {"", "", "", ""},
    {"f", "66", "Zg", "MY"},
    {"fo", "666f", "Zm8", "MZXQ"},
    {"foo", "666f6f", "Zm9v", "MZXW6"},
    {"foob", "666f6f62", "Zm9vYg", "MZXW6YQ"},
    {"fooba", "666f6f6261", "Zm9vYmE", "MZXW6YTB"},
    {"foobar", "666f6f626172", "Zm9vYmFy", "MZXW6YTBOI"},
};

TEST(Encoding, FollowsTheVectorsOfRfc4648) {
  for (const Case& c : kCases) {
    const Buffer plain(c.plain.begin(), c.plain.end());
    EXPECT_EQ(encode_hex(plain), c.hex);
    EXPECT_EQ(encode_base64(plain), c.base64);
    EXPECT_EQ(encode_base32(plain), c.base32);
    EXPECT_EQ(decode_hex(c.hex), plain);
    EXPECT_EQ(decode_base64(c.base64), plain);
    EXPECT_EQ(decode_base64url(c.base64), plain);
    EXPECT_EQ(decode_base32(c.base32), plain);
  }
}

TEST(Encoding, TakesWholePaddingOnly) {
  EXPECT_TRUE(decode_base64("Zg=="));
  EXPECT_FALSE(decode_base64("Zg="));
  EXPECT_FALSE(decode_base64("Zg==="));
  EXPECT_FALSE(decode_base64("Zg=a"));
  EXPECT_TRUE(decode_base32("my======"));
}

TEST(Encoding, RefusesStrayBitsDigitsAndLengths) {
  EXPECT_FALSE(decode_base64("Zh"));  // the low bits of the last digit are not zero
  EXPECT_FALSE(decode_base64("Z"));
  EXPECT_FALSE(decode_base64("Zm 9"));
  EXPECT_FALSE(decode_base64("Zm-9"));
  EXPECT_FALSE(decode_hex("6"));
  EXPECT_FALSE(decode_hex("6g"));
  EXPECT_FALSE(decode_base32("M"));
  EXPECT_FALSE(decode_base32("M1"));
}

}  // namespace
}  // namespace rozaneh
