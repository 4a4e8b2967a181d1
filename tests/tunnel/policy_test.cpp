// Policies: the bundled ones, and what a file may say.
#include "tunnel/policy.h"

#include <gtest/gtest.h>

namespace rozaneh::tunnel {
namespace {

using namespace std::chrono_literals;

TEST(Policies, ThatAreBundledAreAllSound) {
  EXPECT_GE(policy_files().size(), 6U);
  for (const EmbeddedFile& file : policy_files()) {
    const auto policy = built_in_policy(file.name);
    ASSERT_TRUE(policy) << policy.error().message();
    EXPECT_FALSE(policy->summary.empty()) << file.name;
  }
}

TEST(Policies, AreReadWhole) {
  const auto policy = parse_policy(R"(summary = "all of it"
connections = 3
most = 5
age = 40
idle = 600
bytes-up = 100000
bytes-down = 16000
[padding]
records = 10
bytes = 900
)",
                                   "mine.toml");
  ASSERT_TRUE(policy) << policy.error().message();
  EXPECT_EQ(policy->connections, 3U);
  EXPECT_EQ(policy->most, 5U);
  EXPECT_EQ(policy->age, 40s);
  EXPECT_EQ(policy->idle, 600s);
  EXPECT_EQ(policy->bytes_up, 100'000U);
  EXPECT_EQ(policy->bytes_down, 16'000U);
  EXPECT_EQ(policy->padding.records, 10U);
  EXPECT_EQ(policy->padding.bytes, 900U);
}

TEST(Policies, OfNothingAreThePlainOne) {
  const auto policy = parse_policy("", "empty.toml");
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->connections, 1U);
  EXPECT_EQ(policy->most, 4U);
  EXPECT_EQ(policy->age, 0s);
  EXPECT_EQ(policy->padding.records, 0U);
}

struct Wrong {
  const char* text;
  const char* said;
};

TEST(Policies, ThatAreWrongSayWhereAndWhatWouldBeRight) {
  constexpr Wrong kWrong[] = {
      {.text = "connections = 0", .said = "p.toml:1: 'connections' takes a number from 1 to 16"},
      {.text = "connections = 4\nmost = 2", .said = "p.toml:2: 'most' takes no less than 'connections'"},
      {.text = "bytes-down = 8191", .said = "p.toml:1: 'bytes-down' takes 0, or 8192 bytes and more"},
      {.text = "age = -1", .said = "p.toml:1: 'age' takes a number from 0 to 86400"},
      {.text = "age = \"long\"", .said = "p.toml:1: 'age' takes a whole number"},
      {.text = "[padding]\nrecords = 65", .said = "p.toml:2: 'records' takes a number from 1 to 64"},
      {.text = "padding = 3", .said = "p.toml:1: 'padding' takes a table"},
      {.text = "conections = 4", .said = "p.toml:1: unknown key 'conections'; valid: summary, connections"},
      {.text = "age = ", .said = "p.toml:1: "},
  };
  for (const Wrong& wrong : kWrong) {
    const auto policy = parse_policy(wrong.text, "p.toml");
    ASSERT_FALSE(policy) << wrong.text;
    EXPECT_TRUE(policy.error().is(PolicyError::file));
    EXPECT_NE(policy.error().message().find(wrong.said), std::string::npos) << policy.error().message();
  }
}

TEST(Policies, ThatThereAreNotSayWhichThereAre) {
  const auto policy = built_in_policy("fast");
  ASSERT_FALSE(policy);
  EXPECT_EQ(policy.error().message(),
            "policy: there is no policy 'fast'; there are aged, counted, padded, parallel, plain, small");
}

}  // namespace
}  // namespace rozaneh::tunnel
