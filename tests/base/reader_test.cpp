#include "base/reader.h"

#include <gtest/gtest.h>

#include "base/writer.h"

namespace rozaneh {
namespace {

TEST(Reader, ReadsWhatTheWriterWrote) {
  Writer writer;
  writer.u8(1).u16(0x0203).u32(0x04050607).u64(0x08090a0b0c0d0e0f).text("name").zeros(1);
  const Buffer message = writer.take();
  Reader reader(message);
  EXPECT_EQ(reader.u8(), 1);
  EXPECT_EQ(reader.u16(), 0x0203);
  EXPECT_EQ(reader.u32(), 0x04050607U);
  EXPECT_EQ(reader.u64(), 0x08090a0b0c0d0e0fU);
  EXPECT_EQ(reader.until_nul(4), "name");
  EXPECT_TRUE(reader.empty());
}

TEST(Reader, AbsentBytesLeaveTheCursorWhereItWas) {
  const Buffer message{1, 2, 3};
  Reader reader(message);
  EXPECT_FALSE(reader.u32());
  EXPECT_FALSE(reader.bytes(4));
  EXPECT_FALSE(reader.until_nul(10));
  EXPECT_EQ(reader.left(), 3U);
  EXPECT_TRUE(reader.bytes(3));
  EXPECT_FALSE(reader.u8());
}

TEST(Reader, TextsLongerThanTheLimitAreAbsent) {
  const Buffer message{'a', 'b', 'c', 0};
  Reader reader(message);
  EXPECT_FALSE(reader.until_nul(2));
  EXPECT_EQ(reader.until_nul(3), "abc");
}

}  // namespace
}  // namespace rozaneh
