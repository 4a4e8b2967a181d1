#include "base/arguments.h"

#include <gtest/gtest.h>

namespace rozaneh {
namespace {

TEST(Arguments, AnswersTheFirstValueOfAName) {
  Arguments arguments{{"cert", "first"}, {"iat-mode", "0"}};
  arguments.add("cert", "second");
  EXPECT_EQ(arguments.get("cert"), "first");
  EXPECT_EQ(arguments.get("iat-mode"), "0");
  EXPECT_EQ(arguments.get("CERT"), std::nullopt);
  EXPECT_EQ(arguments.size(), 3U);
}

TEST(Arguments, AreEqualOnlyInTheSameOrder) {
  EXPECT_EQ((Arguments{{"a", "1"}, {"b", "2"}}), (Arguments{{"a", "1"}, {"b", "2"}}));
  EXPECT_NE((Arguments{{"a", "1"}, {"b", "2"}}), (Arguments{{"b", "2"}, {"a", "1"}}));
}

}  // namespace
}  // namespace rozaneh
