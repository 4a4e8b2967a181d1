#include "wire/varint.h"

#include <gtest/gtest.h>

#include "base/encoding.h"

namespace rozaneh {
namespace {

struct Sample {
  const char* bytes;
  std::uint64_t value;
};

TEST(Varint, IsReadAsRfc9000Shows) {  // appendix A.1
  for (const auto& [bytes, value] :
       {Sample{"c2197c5eff14e88c", 151288809941952652U}, Sample{"9d7f3e7d", 494878333}, Sample{"7bbd", 15293},
        Sample{"25", 37}, Sample{"4025", 37}}) {
    const Buffer input = *decode_hex(bytes);
    Reader reader(input);
    EXPECT_EQ(take_varint(reader), value) << bytes;
    Reader cut(Bytes(input).first(input.size() - 1));
    EXPECT_FALSE(take_varint(cut)) << bytes;
    EXPECT_EQ(cut.left(), input.size() - 1) << bytes;
  }
}

TEST(Varint, IsWrittenInItsShortestForm) {
  for (const auto& [bytes, value] :
       {Sample{"00", 0}, Sample{"3f", 63}, Sample{"4040", 64}, Sample{"7fff", 16383},
        Sample{"80004000", 16384}, Sample{"bfffffff", (1U << 30U) - 1}, Sample{"c000000040000000", 1U << 30U},
        Sample{"ffffffffffffffff", kMaxVarint}}) {
    Writer writer;
    EXPECT_EQ(encode_hex(put_varint(writer, value).view()), bytes);
    EXPECT_EQ(varint_size(value), writer.size());
  }
}

}  // namespace
}  // namespace rozaneh
