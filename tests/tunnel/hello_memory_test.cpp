#include "tunnel/hello_memory.h"

#include <gtest/gtest.h>

namespace rozaneh::tunnel {
namespace {

using namespace std::chrono_literals;

constexpr HelloMemory::Time kStart{1'000'000s};

struct HelloMemoryTest : testing::Test {
  Secret<16> key;
  HelloMemory memory{key, kStart};
  HelloMemory::Time now = kStart + 10min;
  Bytes hello = bytes_of("one");
  Bytes other = bytes_of("other");
};

TEST_F(HelloMemoryTest, TakesAHelloOnce) {
  EXPECT_TRUE(memory.is_new(now, hello, now));
  EXPECT_FALSE(memory.is_new(now, hello, now));
  EXPECT_TRUE(memory.is_new(now, other, now));
}

TEST_F(HelloMemoryTest, TakesNoneOfAnotherTime) {
  EXPECT_FALSE(memory.is_new(now - 121s, hello, now));
  EXPECT_FALSE(memory.is_new(now + 121s, hello, now));
  EXPECT_TRUE(memory.is_new(now - 120s, hello, now));
}

TEST_F(HelloMemoryTest, KnowsWhatMayHaveComeBeforeIt) {
  EXPECT_FALSE(memory.was_here_for(kStart + 119s));
  EXPECT_TRUE(memory.was_here_for(kStart + 120s));
}

TEST_F(HelloMemoryTest, TakesNoneTwiceWhenTheClockJumpsAheadAndReturns) {
  EXPECT_TRUE(memory.is_new(now, hello, now));
  EXPECT_TRUE(memory.is_new(now + 24h, other, now + 24h));  // which is when the first one is forgotten
  EXPECT_FALSE(memory.is_new(now, hello, now + 1s));
}

TEST_F(HelloMemoryTest, TakesNoneTwiceWhenTheClockJumpsBack) {
  EXPECT_TRUE(memory.is_new(now, hello, now));
  EXPECT_TRUE(memory.is_new(now + 1h, other, now + 1h));
  EXPECT_FALSE(memory.is_new(now, hello, now));
}

TEST_F(HelloMemoryTest, GoesOnInAnotherProcess) {
  EXPECT_TRUE(memory.is_new(now, hello, now));
  const std::vector seen(memory.seen().begin(), memory.seen().end());
  HelloMemory next(memory.key(), now + 1s, memory.since(now + 1s), seen);
  EXPECT_FALSE(next.is_new(now, hello, now + 1s));
  EXPECT_TRUE(next.is_new(now, other, now + 1s));
  EXPECT_TRUE(next.was_here_for(kStart + 120s));
}

TEST_F(HelloMemoryTest, TellsAnotherProcessOfAClockThatWasAhead) {
  EXPECT_TRUE(memory.is_new(now, hello, now));
  EXPECT_TRUE(memory.is_new(now + 24h, other, now + 24h));
  const std::vector seen(memory.seen().begin(), memory.seen().end());
  HelloMemory next(memory.key(), now, memory.since(now), seen);
  EXPECT_FALSE(next.is_new(now, hello, now));
}

}  // namespace
}  // namespace rozaneh::tunnel
