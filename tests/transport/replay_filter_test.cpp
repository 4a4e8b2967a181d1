#include "transport/replay_filter.h"

#include <gtest/gtest.h>

#include "io/error.h"

namespace rozaneh::transport {
namespace {

using Time = ReplayFilter::Time;
using std::chrono::hours;
using std::chrono::seconds;

const Secret<16> kKey;
const Time kNow{seconds(1'800'000'000)};

Buffer tag(int number) { return {static_cast<std::uint8_t>(number), static_cast<std::uint8_t>(number >> 8)}; }

TEST(ReplayFilter, KnowsATagForThreeHours) {
  ReplayFilter filter(kKey);
  EXPECT_TRUE(filter.insert(tag(1), kNow));
  EXPECT_FALSE(filter.insert(tag(1), kNow));
  EXPECT_FALSE(filter.insert(tag(1), kNow + hours(3)));
  EXPECT_TRUE(filter.insert(tag(1), kNow + hours(3) + seconds(1)));
}

TEST(ReplayFilter, AClockThatIsSetBackForgetsNothing) {
  ReplayFilter filter(kKey);
  EXPECT_TRUE(filter.insert(tag(1), kNow));
  EXPECT_FALSE(filter.insert(tag(1), kNow - hours(5)));
  EXPECT_TRUE(filter.insert(tag(2), kNow - hours(5)));
  EXPECT_FALSE(filter.insert(tag(1), kNow));
}

TEST(ReplayFilter, TheOldestGoFirstWhenItIsFull) {
  ReplayFilter filter(kKey);
  const int most = static_cast<int>(ReplayFilter::kMostEntries);
  auto number = [](int i) {
    return Buffer{static_cast<std::uint8_t>(i), static_cast<std::uint8_t>(i >> 8),
                  static_cast<std::uint8_t>(i >> 16)};
  };
  for (int i = 0; i < most + 1; ++i) EXPECT_TRUE(filter.insert(number(i), kNow));
  EXPECT_EQ(filter.entries().size(), ReplayFilter::kMostEntries);
  EXPECT_FALSE(filter.insert(number(1), kNow));
  EXPECT_TRUE(filter.insert(number(0), kNow));
}

TEST(KeptReplayFilter, SurvivesARestart) {
  io::MemoryState state;
  {
    auto filter = KeptReplayFilter::open(kKey, state, "replay", kNow);
    ASSERT_TRUE(filter);
    EXPECT_FALSE((*filter)->seen(tag(1), kNow));
    EXPECT_FALSE((*filter)->seen(tag(2), kNow + seconds(5)));
  }
  auto filter = KeptReplayFilter::open(kKey, state, "replay", kNow + hours(1));
  ASSERT_TRUE(filter);
  EXPECT_TRUE((*filter)->seen(tag(1), kNow + hours(1)));
  EXPECT_TRUE((*filter)->seen(tag(2), kNow + hours(1)));
  EXPECT_FALSE((*filter)->seen(tag(3), kNow + hours(1)));
}

TEST(KeptReplayFilter, APartOfAnEntryAtTheEndIsNoEntry) {
  io::MemoryState state;
  auto filter = KeptReplayFilter::open(kKey, state, "replay", kNow);
  EXPECT_FALSE((*filter)->seen(tag(1), kNow));
  ASSERT_TRUE(state.append("replay", Buffer(5, 0xff)));
  filter = KeptReplayFilter::open(kKey, state, "replay", kNow);
  ASSERT_TRUE(filter);
  EXPECT_TRUE((*filter)->seen(tag(1), kNow));
}

// A disk that is full from some point on.
class FullState final : public io::State {
 public:
  Result<std::optional<Buffer>> read(const std::string& name) override { return inner_.read(name); }
  Result<> write(const std::string& name, Bytes content) override { return inner_.write(name, content); }
  Result<> append(const std::string& /*name*/, Bytes /*more*/) override {
    return fail(io::IoError::file, "full");
  }

 private:
  io::MemoryState inner_;
};

TEST(KeptReplayFilter, AFullDiskIsNoticedAndTheMemoryStillHolds) {
  FullState state;
  auto filter = KeptReplayFilter::open(kKey, state, "replay", kNow);
  ASSERT_TRUE(filter);
  EXPECT_FALSE((*filter)->unkept());
  EXPECT_FALSE((*filter)->seen(tag(1), kNow));
  EXPECT_TRUE((*filter)->unkept());
  EXPECT_TRUE((*filter)->seen(tag(1), kNow));
}

}  // namespace
}  // namespace rozaneh::transport
