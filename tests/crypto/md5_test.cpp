#include "crypto/md5.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh::crypto {
namespace {

TEST(Md5, MatchesRfc1321) {  // appendix A.5
  const std::pair<std::string_view, std::string_view> kVectors[] = {
      {"", "d41d8cd98f00b204e9800998ecf8427e"},
      {"a", "0cc175b9c0f1b6a831c399e269772661"},
      {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
      {"abcdefghijklmnopqrstuvwxyz", "c3fcd3d76192e4007dfb496cca67e13b"},
      {"12345678901234567890123456789012345678901234567890123456789012345678901234567890",
       "57edf4a22be3c955ac49da2e2107b67a"},
  };
  for (const auto& [text, hash] : kVectors) EXPECT_EQ(encode_hex(md5(bytes_of(text))), hash) << text;
}

}  // namespace
}  // namespace rozaneh::crypto
