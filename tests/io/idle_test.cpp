// When the sweep wants to be woken, and when it may rest.
#include "io/idle.h"

#include <optional>

#include "io/memory_stream.h"
#include "io/run.h"

namespace rozaneh::io {
namespace {

constexpr std::chrono::seconds kLimit{2};

struct IdleTest : testing::Test {
  TestLoop test;
  StreamPtr one, other;
  int woken = 0, rested = 0;
  IdleSweep sweep{[this] { ++woken; }, [this] { ++rested; }};

  IdleTest() { std::tie(one, other) = memory_streams(test.loop, {}); }
};

TEST_F(IdleTest, RestsOnceTheLastOneIsGone) {
  std::optional<IdleSweep::Entry> first(std::in_place, sweep, kLimit, *one, *other);
  std::optional<IdleSweep::Entry> second(std::in_place, sweep, kLimit, *one, *other);
  EXPECT_TRUE(sweep.watching());
  first.reset();
  EXPECT_EQ(rested, 0);
  second.reset();
  EXPECT_EQ(rested, 1);
  EXPECT_FALSE(sweep.watching());
  EXPECT_EQ(woken, 2);
}

TEST_F(IdleTest, RestsOnceTheLastOneHasExpired) {
  IdleSweep::Entry silent(sweep, kLimit, *one, *other);
  for (int tick = 0; tick < 2; ++tick) sweep.sweep();
  EXPECT_FALSE(silent.expired());
  sweep.sweep();
  EXPECT_TRUE(silent.expired());
  EXPECT_EQ(rested, 1);
}

TEST_F(IdleTest, DoesNotWakeForWhoHasNoLimit) {
  {
    const IdleSweep::Entry patient(sweep, Clock::duration(0), *one, *other);
  }
  EXPECT_EQ(woken, 0);
  EXPECT_EQ(rested, 0);
}

TEST_F(IdleTest, CallsNobodyOnceStopped) {
  std::optional<IdleSweep::Entry> late(std::in_place, sweep, kLimit, *one, *other);
  sweep.stop();
  late.reset();
  EXPECT_EQ(rested, 0);
}

}  // namespace
}  // namespace rozaneh::io
