// Both ends as state machines: where things stand, what comes twice, what dies on the way.
#include <gtest/gtest.h>

#include <random>

#include "transport/http/client_side.h"
#include "transport/http/server_side.h"

namespace rozaneh::http {
namespace {

Buffer numbered(std::size_t count) {
  Buffer bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 31 + i / 251);
  return bytes;
}

Buffer copy_of(Bytes bytes) { return {bytes.begin(), bytes.end()}; }

TEST(ServerSide, TakesEachByteOnce) {
  const Buffer bytes = numbered(100);
  for (std::size_t from = 0; from <= 60; ++from) {
    ServerSide side;
    ASSERT_TRUE(side.take(0, Bytes(bytes).first(60), false));
    ASSERT_TRUE(side.take(from, Bytes(bytes).subspan(from), true));
    EXPECT_EQ(copy_of(side.unread()), bytes) << from;
    EXPECT_EQ(side.received(), 101U);
    EXPECT_TRUE(side.up_ended());
    EXPECT_TRUE(side.take(from, Bytes(bytes).subspan(from), true)) << "the same again";
    EXPECT_EQ(side.received(), 101U);
  }
}

TEST(ServerSide, RefusesAGapAndWhatIsBehindTheEnd) {
  const Buffer bytes = numbered(10);
  ServerSide side;
  EXPECT_FALSE(side.take(1, bytes, false));
  EXPECT_TRUE(side.take(0, bytes, true));
  EXPECT_FALSE(side.take(0, numbered(11), true));
  EXPECT_FALSE(side.take(5, bytes, false));
  EXPECT_FALSE(side.take(0, Bytes(bytes).first(5), true)) << "an end elsewhere";
  EXPECT_FALSE(side.take(12, {}, false));
  EXPECT_EQ(copy_of(side.unread()), bytes);
}

TEST(ServerSide, RefusesAnEndBeforeWhatCame) {
  ServerSide side;
  EXPECT_TRUE(side.take(0, numbered(10), false));
  EXPECT_FALSE(side.take(0, numbered(5), true));
  EXPECT_FALSE(side.up_ended());
}

TEST(ServerSide, TakesNoMoreThanItsWindow) {
  const Buffer bytes = numbered(ServerSide::kUpWindow + 1000);
  ServerSide side;
  EXPECT_TRUE(side.take(0, bytes, true));
  EXPECT_EQ(side.received(), ServerSide::kUpWindow);
  EXPECT_FALSE(side.up_ended()) << "its last bytes have not been taken";
  EXPECT_TRUE(side.take(0, bytes, true));
  EXPECT_EQ(side.received(), ServerSide::kUpWindow);
  side.read(1000);
  EXPECT_TRUE(side.take(0, bytes, true));
  EXPECT_EQ(side.received(), bytes.size() + 1);
}

TEST(ServerSide, KeepsWhatWentDownUntilItIsToldToHaveCome) {
  const Buffer bytes = numbered(100);
  ServerSide side;
  EXPECT_EQ(side.put(bytes), 100U);
  EXPECT_EQ(copy_of(side.down(0)), bytes);
  EXPECT_EQ(copy_of(side.down(0)), bytes);
  ASSERT_TRUE(side.acknowledge(40));
  EXPECT_EQ(copy_of(side.down(40)), copy_of(Bytes(bytes).subspan(40)));
  EXPECT_TRUE(side.down(39).empty()) << "gone";
  EXPECT_TRUE(side.acknowledge(10)) << "an old request, which does no harm";
  EXPECT_EQ(side.down(40).size(), 60U);
  EXPECT_FALSE(side.acknowledge(101)) << "was never sent";
  side.end_down();
  EXPECT_FALSE(side.acknowledge(102));
  EXPECT_TRUE(side.acknowledge(100));
  EXPECT_FALSE(side.down_over());
  EXPECT_TRUE(side.acknowledge(101));
  EXPECT_TRUE(side.down_over());
  EXPECT_EQ(side.held(), 0U);
}

TEST(ServerSide, HoldsNoMoreThanItsWindowDown) {
  const Buffer bytes = numbered(ServerSide::kDownWindow + 5);
  ServerSide side;
  EXPECT_EQ(side.put(bytes), ServerSide::kDownWindow);
  EXPECT_EQ(side.put(bytes), 0U);
  EXPECT_EQ(side.down(0).size(), ServerSide::kMostDown);
  EXPECT_TRUE(side.acknowledge(7));
  EXPECT_EQ(side.put(bytes), 7U);
}

TEST(Upload, HalvesWhatDoesNotComeThrough) {
  Upload up;
  const Buffer bytes = numbered(Upload::kWindow + 1);
  EXPECT_EQ(up.put(bytes), Upload::kWindow);
  EXPECT_FALSE(up.has_room());
  std::size_t last = up.next().bytes.size();
  for (int i = 0; i < 20; ++i) {
    up.failed();
    EXPECT_EQ(up.next().bytes.size(), std::max(last / 2, Upload::kLeastBody));
    EXPECT_EQ(up.next().offset, 0U);
    last = up.next().bytes.size();
  }
  EXPECT_TRUE(up.answered(last));
  EXPECT_EQ(up.next().offset, last);
  EXPECT_EQ(up.next().bytes.size(), 2 * last);
}

TEST(Upload, BelievesNoAnswerThatCannotBe) {
  Upload up;
  up.put(numbered(10));
  EXPECT_FALSE(up.answered(11)) << "not sent";
  EXPECT_TRUE(up.answered(4));
  EXPECT_FALSE(up.answered(3)) << "taken back";
  EXPECT_FALSE(up.answered(11)) << "there is no end yet";
  up.end();
  EXPECT_TRUE(up.next().end);
  EXPECT_TRUE(up.answered(10));
  EXPECT_TRUE(up.pending()) << "the end is to be told";
  EXPECT_TRUE(up.answered(11));
  EXPECT_TRUE(up.over());
  EXPECT_FALSE(up.pending());
}

// Requests that reach the server or do not, whose answers come back or do not, whole or in part, and some
// that come again much later: every byte arrives once, in order, and the ends with them.
class Weather {
 public:
  explicit Weather(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }
  bool often() { return below(3) != 0; }

 private:
  std::mt19937 random_;
};

struct Old {
  std::uint64_t offset;
  Buffer body;
  bool end;
};

struct Journey {
  explicit Journey(unsigned seed) : weather(seed) {}

  void write_some() {
    if (upward < bytes.size())
      upward += up.put(Bytes(bytes).subspan(upward, weather.below(bytes.size() - upward) + 1));
    else
      up.end();
    if (downward < bytes.size())
      downward += server.put(Bytes(bytes).subspan(downward, weather.below(bytes.size() - downward) + 1));
    else
      server.end_down();
  }

  void read_some() {
    const std::size_t count = weather.below(server.unread().size() + 1);
    append(came_up, server.unread().first(count));
    server.read(count);
    append(came_down, down.unread());
    down.read(down.unread().size());
  }

  void go_up() {
    if (!up.pending()) return;
    const Upload::Body body = up.next();
    if (weather.often()) {
      ASSERT_TRUE(server.take(body.offset, body.bytes, body.end));
      old.push_back({body.offset, copy_of(body.bytes), body.end});
      if (weather.often()) {
        ASSERT_TRUE(up.answered(server.received()));
        return;
      }
    }
    up.failed();
  }

  void go_down() {
    if (told) return;
    if (!weather.often()) return;
    ASSERT_TRUE(server.acknowledge(down.offset()));
    told = down.ended();
    if (told) return;
    const Buffer answer = copy_of(server.down(down.offset()));
    const bool whole = weather.often();
    down.put(Bytes(answer).first(whole ? answer.size() : weather.below(answer.size() + 1)));
    if (server.down_ended() && server.sent() == down.offset()) down.end();
  }

  void repeat() {
    if (!old.empty()) {
      const Old& again = old[weather.below(old.size())];
      const auto before = server.received();
      ASSERT_TRUE(server.take(again.offset, again.body, again.end));
      ASSERT_GE(server.received(), before);
    }
    ASSERT_TRUE(server.acknowledge(weather.below(down.offset() + 1)));
  }

  Weather weather;
  Buffer bytes = numbered(700'000);
  Upload up;
  Download down;
  ServerSide server;
  std::vector<Old> old;
  std::size_t upward = 0;
  std::size_t downward = 0;
  Buffer came_up;
  Buffer came_down;
  bool told = false;
};

TEST(Sides, CarryEachByteOnceThroughAnyWeather) {
  for (unsigned seed = 0; seed < 40; ++seed) {
    Journey journey(seed);
    int steps = 0;
    while (!(journey.up.over() && journey.told && journey.server.unread().empty())) {
      ASSERT_LT(++steps, 100'000) << "seed " << seed;
      journey.write_some();
      journey.go_up();
      journey.go_down();
      journey.repeat();
      journey.read_some();
      ASSERT_FALSE(testing::Test::HasFatalFailure()) << "seed " << seed;
    }
    journey.read_some();
    EXPECT_TRUE(journey.came_up == journey.bytes) << "seed " << seed;
    EXPECT_TRUE(journey.came_down == journey.bytes) << "seed " << seed;
    EXPECT_TRUE(journey.server.up_ended());
    EXPECT_TRUE(journey.server.down_over());
  }
}

}  // namespace
}  // namespace rozaneh::http
