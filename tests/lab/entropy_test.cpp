#include "lab/recognise/entropy.h"

#include <gtest/gtest.h>

namespace rozaneh::lab {
namespace {

TEST(Entropy, OfNothingAndOfOneValueIsNone) {
  EXPECT_EQ(entropy({}), 0.0);
  EXPECT_EQ(entropy(Buffer(100, 7)), 0.0);
}

TEST(Entropy, OfAllValuesIsEightBits) {
  Buffer all;
  for (int i = 0; i < 256; ++i) all.push_back(static_cast<std::uint8_t>(i));
  EXPECT_DOUBLE_EQ(entropy(all), 8.0);
}

TEST(Entropy, OfTwoValuesAtAQuarterAndThreeQuarters) {
  EXPECT_NEAR(entropy(bytes_of("abbb")), 0.811278, 1e-6);
}

TEST(BitsSet, AreCountedOverAllBytes) { EXPECT_EQ(bits_set(Buffer{0xff, 0x01, 0x00, 0x81}), 11U); }

TEST(Printable, IsSpaceToTilde) {
  EXPECT_FALSE(is_printable(0x1f));
  EXPECT_TRUE(is_printable(0x20));
  EXPECT_TRUE(is_printable(0x7e));
  EXPECT_FALSE(is_printable(0x7f));
}

}  // namespace
}  // namespace rozaneh::lab
