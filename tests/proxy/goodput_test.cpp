#include "proxy/goodput.h"

#include <gtest/gtest.h>

namespace rozaneh::proxy {
namespace {

struct Second {
  int count;         // of such seconds
  std::uint64_t up;  // bytes in each
  std::uint64_t down;
};

struct Course {
  const char* name;
  std::vector<Second> seconds;
  int asked;  // times that another way was to be looked for
};

class GoodputOf : public testing::TestWithParam<Course> {};

TEST_P(GoodputOf, AsksForAnotherWayWhenItShould) {
  Goodput goodput;
  Moment now{std::chrono::hours(1)};
  std::uint64_t up = 0;
  std::uint64_t down = 0;
  int asked = goodput.carried(now, up, down, 1) ? 1 : 0;
  for (const Second& each : GetParam().seconds)
    for (int i = 0; i < each.count; ++i) {
      now += std::chrono::seconds(1);
      up += each.up;
      down += each.down;
      asked += goodput.carried(now, up, down, 1) ? 1 : 0;
    }
  EXPECT_EQ(asked, GetParam().asked);
}

constexpr std::uint64_t kMega = 1'000'000;

INSTANTIATE_TEST_SUITE_P(
    Goodput, GoodputOf,
    testing::Values(
        Course{"a_steady_transfer", {{60, 100, kMega}}, 0},
        Course{"a_transfer_that_ends", {{20, 100, kMega}, {60, 0, 0}}, 0},
        Course{"a_throttled_one", {{20, 100, kMega}, {30, 100, kMega / 10}}, 1},
        Course{"a_short_dip", {{20, 100, kMega}, {8, 100, kMega / 10}, {30, 100, kMega}}, 0},
        Course{"a_little_less", {{20, 100, kMega}, {60, 100, kMega / 3}}, 0},
        Course{"wavering_about_the_limit_with_long_fine_spells",
               {{20, 100, kMega}, {8, 0, kMega / 10}, {20, 0, kMega}, {8, 0, kMega / 10}, {20, 0, kMega}},
               0},
        Course{"throttled_for_long_asks_again_later", {{20, 100, kMega}, {100, 100, kMega / 10}}, 2},
        Course{"slow_from_the_start", {{60, 100, 5'000}}, 0},
        Course{"a_freeze_behind_a_request", {{5, 100, 16'000}, {1, 500, 0}, {15, 0, 0}}, 1},
        Course{"silence_after_an_answer", {{5, 100, 16'000}, {120, 0, 0}}, 0},
        Course{"a_request_that_never_had_an_answer", {{1, 500, 0}, {60, 0, 0}}, 0}),
    [](const auto& info) { return info.param.name; });

TEST(Goodput, BeginsAnewWithAnotherWay) {
  Goodput goodput;
  Moment now{std::chrono::hours(1)};
  std::uint64_t down = 0;
  for (int i = 0; i < 20; ++i) (void)goodput.carried(now += std::chrono::seconds(1), 0, down += kMega, 1);
  EXPECT_NEAR(goodput.best(), kMega, kMega / 50.0);
  goodput.begin_anew();
  EXPECT_EQ(goodput.best(), 0);
  for (int i = 0; i < 60; ++i)
    EXPECT_FALSE(goodput.carried(now += std::chrono::seconds(1), 0, down += kMega / 20, 1));
}

}  // namespace
}  // namespace rozaneh::proxy
