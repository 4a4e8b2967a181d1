// Throttles, over simulated time.
#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

// Sends a packet of 1,000 bytes (a frame of 1,054) down each connection every `gap`, for ten seconds; answers
// how many bytes of frames came out in that time.
std::size_t carried(Path& path, std::vector<Tcp>& all, Moment gap) {
  std::size_t bytes = 0;
  const auto woken = [&] {
    path.out.clear();
    while (path.censor.wakes_at() <= path.now) path.censor.wake(path.now, path);
    for (const Path::Frame& each : path.out) bytes += each.bytes.size();
  };
  for (; path.now < seconds(10); path.now += gap) {
    woken();
    for (Tcp& each : all) bytes += each.down(Buffer(1000)) ? 1054U : 0U;
  }
  woken();
  return bytes;
}

std::vector<Tcp> opened(Path& path, int count, int clients = 1) {
  std::vector<Tcp> all;
  for (int i = 0; i < count; ++i) {
    const std::array<std::uint8_t, 4> client = {192, 0, 2, static_cast<std::uint8_t>(2 + i % clients)};
    all.emplace_back(path, static_cast<std::uint16_t>(40000 + i), Endpoint{address("198.51.100.2"), 443},
                     IpAddress(client));
  }
  return all;
}

std::size_t carried(const std::string& throttle, int flows, int clients, Moment gap = milliseconds(5)) {
  Path path(rule("throttle = " + throttle));
  auto all = opened(path, flows, clients);
  return carried(path, all, gap);
}

TEST(Throttle, KeepsItsRate) {
  // Besides what flows in ten seconds, the first packet goes at once.
  EXPECT_NEAR(static_cast<double>(carried("{ bytes-per-second = 20000 }", 1, 1)), 200'000, 2 * 1054);
  EXPECT_NEAR(static_cast<double>(carried("{ bytes-per-second = 250000 }", 1, 1, milliseconds(2))), 2'500'000,
              2 * 1054);
}

TEST(Throttle, LeavesWhatIsSlowerAlone) {
  Path path(rule("throttle = { bytes-per-second = 20000 }"));
  auto all = opened(path, 1);
  EXPECT_EQ(carried(path, all, milliseconds(53)), 189U * 1054);
  EXPECT_EQ(path.censor.wakes_at(), Middlebox::kNever) << "nothing ever waited";
}

TEST(Throttle, IsSharedAsItSays) {
  const auto rate = [](const std::string& share) {
    return static_cast<double>(
        carried("{ bytes-per-second = 20000, share = '" + share + "' }", 6, 2, milliseconds(20)));
  };
  EXPECT_NEAR(rate("flow"), 6 * 200'000, 6 * 2 * 1054);
  EXPECT_NEAR(rate("client"), 2 * 200'000, 2 * 2 * 1054);
  EXPECT_NEAR(rate("all"), 200'000, 2 * 1054);
}

TEST(Throttle, DoesNotMixDirections) {
  Path path(rule("throttle = { bytes-per-second = 1000 }"));
  Tcp tcp(path);
  EXPECT_TRUE(tcp.syn());
  EXPECT_TRUE(tcp.syn_ack()) << "its own direction is free";
  EXPECT_FALSE(tcp.ack()) << "waits behind the SYN";
}

// How many frames of 1,054 bytes wait when they come all at once.
int waiting(std::size_t queue) {
  Path path(rule("throttle = { bytes-per-second = 10540, queue = " + std::to_string(queue) + " }"));
  Tcp tcp(path);
  for (int i = 0; i < 50; ++i) tcp.down(Buffer(1000));
  path.out.clear();
  path.censor.wake(seconds(100), path);
  return static_cast<int>(path.out.size());
}

TEST(Throttle, DropsWhatIsOverItsQueue) {
  EXPECT_EQ(waiting(5 * 1054 - 1), 4) << "besides the first, which goes at once";
  EXPECT_EQ(waiting(5 * 1054), 5);
  EXPECT_EQ(waiting(5 * 1054 + 1), 5);
}

TEST(Throttle, KeepsTheOrderAlsoWhenWokenLate) {
  Path path(rule("throttle = { bytes-per-second = 10540, queue = 100000 }"));
  Tcp tcp(path);
  std::vector<std::uint32_t> order;
  class Sequence final : public Outlet {
   public:
    explicit Sequence(std::vector<std::uint32_t>& all) : all_(all) {}
    void pass(Side /*to*/, Bytes frame) override { all_.push_back(view(frame.subspan(14)).tcp()->seq); }
    void send(Side /*to*/, Buffer frame) override { pass(Side::client, frame); }

   private:
    std::vector<std::uint32_t>& all_;
  } out(order);
  for (int i = 0; i < 40; ++i) {
    path.now +=
        milliseconds(i == 30 ? 60'000 : i % 7 * 20);  // once it is all due before anybody wakes the censor
    Buffer frame = tcp.frame(Direction::down, kAck, Buffer(1000));
    tcp.next_down += 1000;
    path.censor.take(Side::server, frame, path.now, out);
  }
  path.censor.wake(seconds(1000), out);
  EXPECT_EQ(order.size(), 40U);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

TEST(Throttle, HeldPacketsComeOutAsTheyWere) {
  Path path(rule("throttle = { bytes-per-second = 100 }"));
  Tcp tcp(path);
  tcp.syn();
  const Buffer frame = tcp.frame(Direction::up, kAck, bytes_of("abc"));
  EXPECT_FALSE(path.give(Side::client, frame));
  EXPECT_EQ(path.censor.wakes_at(), Moment(seconds(54)) / 100) << "the SYN's frame has 54 bytes";
  path.censor.wake(path.censor.wakes_at() - Moment(1), path);
  EXPECT_TRUE(path.out.empty());
  path.censor.wake(path.censor.wakes_at(), path);
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.out[0].bytes, frame);
  EXPECT_EQ(path.out[0].to, Side::server);
}

TEST(Throttle, OfARuleThatLooksAtPacketsTakesAFlowOnce) {
  Path path(rule("sees = { what = 'anything', stream = false }\nthrottle = { bytes-per-second = 20000 }"));
  auto all = opened(path, 1);
  EXPECT_NEAR(static_cast<double>(carried(path, all, milliseconds(5))), 200'000, 2 * 1054);
}

TEST(Throttle, HoldsNoMoreThan64Mebibytes) {
  Path path(rule("throttle = { bytes-per-second = 1, queue = 1000000 }"));
  std::size_t bytes = 0;
  for (std::uint16_t flow = 0; flow < 100; ++flow) {
    Tcp tcp(path, static_cast<std::uint16_t>(40000 + flow));
    for (int i = 0; i < 20; ++i) tcp.down(Buffer(60'000));
  }
  path.out.clear();
  path.censor.wake(Middlebox::kNever - Moment(1), path);
  for (const Path::Frame& each : path.out) bytes += each.bytes.size();
  EXPECT_LE(bytes, 64U << 20U);
  EXPECT_GT(bytes, 63U << 20U);
}

TEST(Shaper, HasNoMoreThanAHundredThousandBucketsInUse) {
  Shaper shaper;
  const Throttle throttle{.bytes_per_second = 1000};
  int admitted = 0;
  const auto key = [](unsigned i) {
    FlowKey flow;
    flow.client.port = static_cast<std::uint16_t>(i % 50'000);
    flow.server.port = static_cast<std::uint16_t>(i / 50'000);
    return bucket_of(0, Throttle::Share::flow, flow, Direction::up);
  };
  for (unsigned i = 0; i < 120'000; ++i) admitted += shaper.admit(key(i), throttle, 1000, Moment()) ? 1 : 0;
  EXPECT_EQ(admitted, 100'000);
  EXPECT_TRUE(shaper.admit(key(5), throttle, 1000, Moment())) << "who has one keeps it";
  EXPECT_TRUE(shaper.admit(key(119'999), throttle, 1000, seconds(2)))
      << "those that are free again make room";
}

}  // namespace
}  // namespace rozaneh::lab
