#include "lab/score/slow_wire.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>

#include "lab/packet/capture.h"

namespace rozaneh::lab {
namespace {

using std::chrono::milliseconds;

struct Ends final : Outlet {
  void pass(Side to, Bytes frame) override { send(to, Buffer(frame.begin(), frame.end())); }
  void send(Side to, Buffer frame) override {
    (to == Side::client ? client : server).push_back(std::move(frame));
  }
  std::vector<Buffer> client, server;
};

Buffer frame_of(std::uint8_t mark, std::size_t size = 100) { return Buffer(size, mark); }

TEST(SlowWire, TakesItsTimeBothWays) {
  NoMiddlebox nothing;
  SlowWire wire(nothing);
  Ends ends;
  EXPECT_EQ(wire.wakes_at(), Middlebox::kNever);
  Buffer up = frame_of(1);
  wire.take(Side::client, up, Moment(0), ends);
  EXPECT_TRUE(ends.server.empty());
  EXPECT_EQ(wire.wakes_at(), milliseconds(20) + std::chrono::microseconds(20))
      << "and 100 bytes at 40 Mbit/s";
  wire.wake(milliseconds(20), ends);
  EXPECT_TRUE(ends.server.empty());
  wire.wake(milliseconds(21), ends);
  ASSERT_EQ(ends.server.size(), 1U);
  EXPECT_EQ(ends.server[0], frame_of(1));
  Buffer down = frame_of(2);
  wire.take(Side::server, down, milliseconds(30), ends);
  wire.wake(milliseconds(51), ends);
  ASSERT_EQ(ends.client.size(), 1U);
  EXPECT_EQ(ends.client[0], frame_of(2));
  EXPECT_EQ(wire.wakes_at(), Middlebox::kNever);
}

TEST(SlowWire, CarriesFortyMegabitsASecondInOrderAndDropsWhatIsTooMuch) {
  NoMiddlebox nothing;
  SlowWire wire(nothing);
  Ends ends;
  for (unsigned i = 0; i < 1000; ++i) {  // 1.5 MB at once: 100 ms of the line may wait
    Buffer frame = frame_of(static_cast<std::uint8_t>(i), 1500);
    wire.take(Side::server, frame, Moment(0), ends);
  }
  wire.wake(std::chrono::seconds(1), ends);
  EXPECT_EQ(ends.client.size(), 334U);  // 500,000 bytes, and the frame that goes over
  for (unsigned i = 0; i < ends.client.size(); ++i)
    ASSERT_EQ(ends.client[i][0], static_cast<std::uint8_t>(i));
}

TEST(SlowWire, WakesWhoStandsBeyond) {
  struct Sleeper final : Middlebox {
    void take(Side /*from*/, MutableBytes /*frame*/, Moment /*now*/, Outlet& /*out*/) override {}
    [[nodiscard]] Moment wakes_at() const override { return at; }
    void wake(Moment /*now*/, Outlet& out) override {
      at = kNever;
      out.send(Side::client, frame_of(7));
      out.send(Side::server, frame_of(8));
    }
    Moment at = milliseconds(5);
  } sleeper;
  SlowWire wire(sleeper);
  Ends ends;
  EXPECT_EQ(wire.wakes_at(), milliseconds(5));
  wire.wake(milliseconds(5), ends);
  EXPECT_EQ(ends.server.size(), 1U) << "at once: the slow line is the client's";
  EXPECT_TRUE(ends.client.empty());
  wire.wake(milliseconds(26), ends);
  EXPECT_EQ(ends.client.size(), 1U);
}

TEST(SlowWire, CapturesWhatTheClientSees) {
  std::string name = (std::filesystem::temp_directory_path() / "capture-XXXXXX").string();
  close(mkstemp(name.data()));
  struct Wall final : Middlebox {
    void take(Side from, MutableBytes frame, Moment /*now*/, Outlet& out) override {
      if (from == Side::server) out.pass(Side::client, frame);
    }
  } wall;
  SlowWire wire(wall);
  ASSERT_TRUE(wire.capture_to(name));
  Ends ends;
  Buffer up = frame_of(1);
  Buffer down = frame_of(2);
  wire.take(Side::client, up, Moment(0), ends);
  wire.take(Side::server, down, Moment(0), ends);
  wire.wake(milliseconds(30), ends);
  const io::File file(name, O_RDONLY);
  const auto content = file.read_all(1 << 20);
  ASSERT_TRUE(content);
  auto reader = CaptureReader::open(*content);
  ASSERT_TRUE(reader);
  for (const unsigned mark : {1U, 2U}) {
    const auto packet = reader->next();
    ASSERT_TRUE(packet && *packet);
    EXPECT_EQ((*packet)->frame[0], mark);
    EXPECT_EQ((*packet)->link, LinkType::ethernet);
  }
  EXPECT_FALSE(*reader->next());
  std::filesystem::remove(name);
}

}  // namespace
}  // namespace rozaneh::lab
