// Packets that get through, but later, changed, or not all of them.
#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

// All that leaves by `until`, and when.
struct Left {
  Moment at;
  Path::Frame frame;
};
std::vector<Left> leave(Path& path, Moment until) {
  std::vector<Left> all;
  while (path.censor.wakes_at() <= until) {
    path.now = path.censor.wakes_at();
    path.out.clear();
    path.censor.wake(path.now, path);
    for (Path::Frame& each : path.out) all.push_back({path.now, std::move(each)});
  }
  return all;
}

TEST(Delay, HoldsEachPacketForItsTimeAndNotAMomentLonger) {
  for (const double scale : {1.0, 10.0}) {
    Path path(rule("delay = { seconds = 0.05 }"), {.scale = scale});
    Tcp tcp(path);
    EXPECT_FALSE(tcp.syn());
    EXPECT_TRUE(path.out.empty());
    EXPECT_EQ(path.censor.wakes_at(), Moment(milliseconds(50)) / static_cast<int>(scale));
    const auto left = leave(path, seconds(1));
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].frame.to, Side::server);
    EXPECT_TRUE(left[0].frame.packet().tcp()->has(kSyn));
  }
}

TEST(Delay, GoesOneWayIfItSaysSo) {
  Path path(rule("delay = { seconds = 0.05, way = 'down' }"));
  Tcp tcp(path);
  EXPECT_TRUE(tcp.syn());
  EXPECT_FALSE(tcp.syn_ack());
  EXPECT_TRUE(tcp.ack());
}

// What each of 200 packets, so far apart, waits for.
std::vector<Moment> waited(Moment apart) {
  Path path(rule("delay = { seconds = 0.05, jitter = 0.05 }"));
  Tcp tcp(path);
  std::vector<Left> all;
  for (int i = 0; i < 200; ++i) {
    for (Left& each : leave(path, i * apart)) all.push_back(std::move(each));
    path.now = i * apart;
    tcp.up("x");
  }
  for (Left& each : leave(path, seconds(100))) all.push_back(std::move(each));
  std::vector<Moment> times;
  for (std::size_t i = 0; i < all.size(); ++i) {
    times.push_back(all[i].at - static_cast<int>(i) * apart);
    if (i > 0) {
      EXPECT_EQ(all[i].frame.packet().tcp()->seq, all[i - 1].frame.packet().tcp()->seq + 1);
    }
  }
  return times;
}

TEST(Delay, WithJitterStaysWithinItAndKeepsTheOrder) {
  for (const Moment apart : {Moment(milliseconds(1)), Moment(milliseconds(60))}) {
    const auto times = waited(apart);
    ASSERT_EQ(times.size(), 200U);
    const auto [least, most] = std::ranges::minmax(times);
    EXPECT_GE(least, milliseconds(50));
    EXPECT_LE(most, milliseconds(100));
    EXPECT_GT(most - least, milliseconds(apart > milliseconds(1) ? 40 : 0)) << "or there is no jitter";
  }
}

unsigned lost_of(Path& path, int count, Direction way) {
  Tcp tcp(path);
  unsigned lost = 0;
  for (int i = 0; i < count; ++i) lost += (way == Direction::up ? tcp.up("x") : tcp.down("x")) ? 0U : 1U;
  return lost;
}

TEST(Loss, TakesItsShareOfPackets) {
  Path path(rule("lose = { probability = 0.02, way = 'down' }"));
  EXPECT_NEAR(lost_of(path, 10'000, Direction::down), 200, 5 * 14);  // sqrt(10000 * 0.02 * 0.98)
  EXPECT_EQ(lost_of(path, 1'000, Direction::up), 0U);
  Path none(rule("lose = { probability = 0 }"));
  EXPECT_EQ(lost_of(none, 1'000, Direction::up), 0U);
  Path all(rule("lose = { probability = 1 }"));
  EXPECT_EQ(lost_of(all, 1'000, Direction::up), 1'000U);
}

TEST(Loss, IsTheSameForTheSameSeed) {
  const auto pattern = [](std::uint64_t seed) {
    Path path(rule("lose = { probability = 0.5 }"), {.seed = seed});
    Tcp tcp(path);
    std::string text;
    for (int i = 0; i < 64; ++i) text += tcp.up("x") ? 'p' : 'l';
    return text;
  };
  EXPECT_EQ(pattern(1), pattern(1));
  EXPECT_NE(pattern(1), pattern(2));
}

TEST(Hampering, BeginsWithTheSightAndStaysWithItsFlow) {
  Path path(rule("sees = { what = 'ssh' }\nlose = { probability = 1 }"));
  Tcp tcp(path), other(path, 40001);
  tcp.open(), other.open();
  EXPECT_TRUE(other.up("GET / HTTP/1.1\r\n\r\n"));
  EXPECT_FALSE(tcp.up("SSH-2.0-x\r\n"));
  EXPECT_FALSE(tcp.down("x"));
  EXPECT_TRUE(other.down("x"));
}

TEST(Hampering, OfThatPacketOnlyLetsTheOthersAlone) {
  Path path(rule("sees = { what = 'ssh', stream = false }\nlose = { probability = 1 }\nonly-packet = true"));
  Tcp tcp(path);
  tcp.open();
  EXPECT_FALSE(tcp.up("SSH-2.0-x\r\n"));
  EXPECT_TRUE(tcp.up("x"));
  EXPECT_FALSE(tcp.up("SSH-2.0-x\r\n"));
}

void expect_right(const PacketView& packet) {
  EXPECT_TRUE(ip_checksum_right(packet));
  EXPECT_EQ(transport_checksum_right(packet), true);
}

// As brdgrd did it before a bridge: the client's hello comes in small parts (Winter and Lindskog 2012).
TEST(Rewrite, NarrowsTheWindowOfTheServersSynAck) {
  Path path(rule("rewrite = [{ way = 'down', flags = 'syn+ack', window = 64 }]"));
  for (const auto* const client : {"192.0.2.2", "2001:db8:1::2"}) {
    const bool v6 = std::string_view(client).contains(':');
    Tcp tcp(path, 40000, {address(v6 ? "2001:db8:2::2" : "198.51.100.2"), 443}, address(client));
    tcp.options = hex("020405b401030307");
    EXPECT_TRUE(tcp.syn());
    EXPECT_FALSE(tcp.syn_ack());
    ASSERT_EQ(path.out.size(), 1U);
    const PacketView packet = path.out[0].packet();
    EXPECT_EQ(packet.tcp()->window, 64);
    EXPECT_EQ(packet.tcp()->flags, kSyn | kAck);
    EXPECT_EQ(encode_hex(packet.tcp()->options), "020405b401030307");
    expect_right(packet);
    EXPECT_TRUE(tcp.down("x")) << "and of no other packet";
  }
}

TEST(Rewrite, ReplacesBytesWhereverTheyStandInOnePacket) {
  Path path(rule("rewrite = [{ way = 'up', find = 'gzip', with-bytes = '20202020' }]"));
  Tcp tcp(path);
  EXPECT_TRUE(tcp.up("Accept-Encoding: deflate"));
  EXPECT_FALSE(tcp.up("Accept-Encoding: gzip, x-gzip"));
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(text_of(path.out[0].packet().payload()), "Accept-Encoding:     , x-    ");
  expect_right(path.out[0].packet());
  EXPECT_TRUE(tcp.down("gzip"));
  EXPECT_TRUE(tcp.up("gz"));
  EXPECT_TRUE(tcp.up("ip")) << "not over two packets";
}

TEST(Rewrite, ChangesDatagramsToo) {
  Path path(rule("rewrite = [{ find = 'abc', with = 'xyz' }]"));
  EXPECT_FALSE(udp_up(path, bytes_of("-abc-")));
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(text_of(path.out[0].packet().payload()), "-xyz-");
  expect_right(path.out[0].packet());
}

TEST(Rewrite, CutsAnAnswerDownToAReset) {
  Path path(rule("sees = { what = 'ssh' }\nrewrite = [{ way = 'down', becomes = 'rst+ack' }]"));
  Tcp tcp(path);
  tcp.open();
  EXPECT_TRUE(tcp.up("SSH-2.0-x\r\n"));
  const std::uint32_t expected = tcp.next_down;
  EXPECT_FALSE(tcp.down("SSH-2.0-server\r\n"));
  ASSERT_EQ(path.out.size(), 1U);
  const PacketView packet = path.out[0].packet();
  EXPECT_EQ(path.out[0].to, Side::client);
  EXPECT_EQ(packet.tcp()->flags, kRst | kAck);
  EXPECT_EQ(packet.tcp()->seq, expected);
  EXPECT_EQ(packet.tcp()->ack, tcp.next_up);
  EXPECT_TRUE(packet.payload().empty());
  expect_right(packet);
}

TEST(Rewrite, LeavesAPacketAloneThatCameInFragments) {
  Path path(rule("rewrite = [{ find = 'abc', with = 'xyz' }]"));
  Buffer packet = build_udp(kUpV4, 50000, 53, bytes_of("-abc-abc-abc-abc-abc-"));
  Buffer first(packet.begin(), packet.begin() + 36), second(packet.begin(), packet.begin() + 20);
  append(second, Bytes(packet).subspan(36));
  const auto fragment = [](Buffer& part, std::uint16_t field) {
    store_u16(MutableBytes(part).subspan(2), static_cast<std::uint16_t>(part.size()));
    store_u16(MutableBytes(part).subspan(6), field);
    fix_ip_checksum(part);
    return framed(part);
  };
  EXPECT_TRUE(path.give(Side::client, fragment(first, 0x2000)));
  EXPECT_TRUE(path.give(Side::client, fragment(second, 2)));
}

}  // namespace
}  // namespace rozaneh::lab
