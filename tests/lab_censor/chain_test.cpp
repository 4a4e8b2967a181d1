// Two censors on one path.
#include "lab/censor/chain.h"

#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

class TwoCensors final : public Outlet {
 public:
  TwoCensors(const std::string& near_client, const std::string& near_server, double scale = 1)
      : first_(rule(near_client)), second_(rule(near_server), {.scale = scale}), chain_(first_, second_) {}

  void pass(Side to, Bytes frame) override { out.push_back({to, Buffer(frame.begin(), frame.end()), false}); }
  void send(Side to, Buffer frame) override { out.push_back({to, std::move(frame), true}); }

  // Whether it came out at the other end.
  bool give(Side from, Buffer frame) {
    out.clear();
    chain_.take(from, frame, now, *this);
    return std::ranges::any_of(out, [&](const auto& each) { return each.to == opposite(from); });
  }
  void wake() {
    out.clear();
    chain_.wake(now, *this);
  }
  Moment wakes_at() { return chain_.wakes_at(); }

  Moment now{};
  std::vector<Path::Frame> out;

 private:
  Censor first_, second_;
  Chain chain_;
};

Buffer datagram(std::string_view text, bool up = true) {
  return up ? framed(build_udp(kUpV4, 50000, 53, bytes_of(text)))
            : framed(build_udp(kDownV4, 53, 50000, bytes_of(text)));
}

TEST(Chain, LetsNothingPassThatOneOfThemDrops) {
  TwoCensors path("drops = 'down'", "drops = 'up'");
  EXPECT_FALSE(path.give(Side::client, datagram("x")));
  EXPECT_FALSE(path.give(Side::server, datagram("x", false)));
  TwoCensors open("sees = { what = 'ssh' }\ndrops = 'both'", "sees = { what = 'ssh' }\ndrops = 'both'");
  EXPECT_TRUE(open.give(Side::client, datagram("x")));
  EXPECT_FALSE(open.out[0].own) << "as it was given";
  EXPECT_TRUE(open.give(Side::server, datagram("x", false)));
}

TEST(Chain, ShowsTheSecondWhatTheFirstMakesOfAPacket) {
  TwoCensors path("rewrite = [{ find = 'abc', with = 'xyz' }]", "rewrite = [{ find = 'xyz', with = '123' }]");
  EXPECT_TRUE(path.give(Side::client, datagram("abc")));
  EXPECT_EQ(text_of(path.out[0].packet().payload()), "123");
  EXPECT_TRUE(path.give(Side::server, datagram("abc", false)));
  EXPECT_EQ(text_of(path.out[0].packet().payload()), "xyz") << "from the server the other is the first";
}

TEST(Chain, HoldsPacketsTwiceEachByItsOwnScale) {
  TwoCensors path("delay = { seconds = 1 }", "delay = { seconds = 1 }", 10);
  EXPECT_FALSE(path.give(Side::client, datagram("x")));
  EXPECT_EQ(path.wakes_at(), seconds(1));
  path.now = path.wakes_at();
  path.wake();
  EXPECT_TRUE(path.out.empty());
  EXPECT_EQ(path.wakes_at(), milliseconds(1100));
  path.now = path.wakes_at();
  path.wake();
  EXPECT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.wakes_at(), Middlebox::kNever);
}

TEST(Chain, HoldsWhatTheOtherAnswersToPacketsThatItLetsGo) {
  TwoCensors path("delay = { seconds = 1 }",
                  "sees = { what = 'dns', names = ['.listed.example'] }\ndrops = 'up'\nonly-packet = "
                  "true\ndns-answer = '127.0.0.1'");
  constexpr int kMany = 100;
  for (int i = 0; i < kMany; ++i) {
    Buffer query = dns_query("listed");
    query[0] = 0;
    query[1] = static_cast<std::uint8_t>(i);
    path.give(Side::client, framed(build_udp(kUpV4, static_cast<std::uint16_t>(50000 + i), 53, query)));
    path.now += milliseconds(1);
  }
  int came = 0;
  while (path.wakes_at() != Middlebox::kNever) {
    path.now = path.wakes_at();
    path.wake();
    for (const auto& each : path.out) {
      EXPECT_EQ(each.to, Side::client);
      const Bytes answer = each.packet().payload();
      EXPECT_EQ(answer[0] << 8 | answer[1], came++) << "in order, and whole";
    }
  }
  EXPECT_EQ(came, kMany);
}

TEST(Chain, ResetsBothEndsFromWhicheverCensor) {
  const std::string reset =
      "sees = { what = 'ssh' }\ninject = [{ to = 'client' }, { to = 'server' }]\ndrops = 'both'";
  for (const bool first : {false, true}) {
    TwoCensors path(first ? reset : "sees = { what = 'tls' }\ndrops = 'both'",
                    first ? "sees = { what = 'tls' }\ndrops = 'both'" : reset);
    Path unused(rule("drops = 'both'"));
    Tcp tcp(unused);
    path.give(Side::client, tcp.frame(Direction::up, kSyn, {}));
    tcp.next_up += 1;
    EXPECT_TRUE(path.give(Side::client, tcp.frame(Direction::up, kAck, bytes_of("SSH-2.0-x\r\n"))))
        << "the reset";
    ASSERT_EQ(path.out.size(), 2U);
    EXPECT_NE(path.out[0].to, path.out[1].to);
  }
}

}  // namespace
}  // namespace rozaneh::lab
