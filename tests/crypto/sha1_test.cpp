#include "crypto/sha1.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::crypto {
namespace {

TEST(Sha1, MatchesFips180) {  // NIST's examples, and the empty text
  const std::pair<std::string_view, std::string_view> kVectors[] = {
      {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
      {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
      {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
       "84983e441c3bd26ebaae4aa1f95129e5e54670f1"},
  };
  for (const auto& [text, hash] : kVectors) EXPECT_EQ(encode_hex(sha1(bytes_of(text))), hash) << text;
}

}  // namespace
}  // namespace rozaneh::crypto
