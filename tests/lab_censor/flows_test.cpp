// Flows: what passes untouched, what begins anew, and how many are remembered.
#include <gtest/gtest.h>

#include <malloc.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

const std::string kListed =
    "sees = { what = 'tls-client-hello', names = ['.listed.example'] }\ndrops = 'both'";

TEST(WhatNoRuleConcerns, PassesByteExact) {
  Path path(rule(kListed + "\nresidual = { lasts = 180, tuple = 'server' }"));
  Tcp v4(path);
  Tcp v6(path, 40000, {address("2001:db8:2::2"), 443}, address("2001:db8:1::2"));
  for (Tcp* tcp : {&v4, &v6}) {
    EXPECT_TRUE(tcp->syn() && tcp->syn_ack() && tcp->ack());
    EXPECT_TRUE(tcp->up(hello_for("www.other.example")));
    for (std::size_t i = 0; i < 50; ++i) EXPECT_TRUE(tcp->down(counting(1 + i * 29)) && tcp->ack());
    tcp->options = Buffer(12, 1);
    EXPECT_TRUE(tcp->up("x") && tcp->fin(Direction::up) && tcp->fin(Direction::down) &&
                tcp->rst(Direction::up));
  }
  EXPECT_TRUE(udp_up(path, counting(100)) && udp_down(path, counting(100)));
}

TEST(WhatIsNoIp, PassesByteExact) {
  Path path(rule("drops = 'both'"));
  EXPECT_FALSE(udp_up(path, {})) << "all else is dropped";
  const Buffer arp =
      hex("ffffffffffff0200000000010806000108000604000102000000000"
          "1c0000202000000000000c0000201");
  for (const Side side : {Side::client, Side::server}) {
    EXPECT_TRUE(path.give(side, arp));
    for (std::size_t size = 0; size < 80; ++size) EXPECT_TRUE(path.give(side, counting(size)));
    Buffer cut = framed(build_udp(kUpV4, 1, 2, counting(10)));
    cut.resize(30);  // within the IP header
    EXPECT_TRUE(path.give(side, cut));
  }
}

TEST(WrongChecksums, StayAsTheyAre) {
  Path path(rule(kListed));
  Tcp tcp(path);
  tcp.open();
  Buffer frame = tcp.frame(Direction::up, kAck, counting(20));
  frame.back() ^= 1U;
  EXPECT_TRUE(path.give(Side::client, frame));
}

TEST(Ports, UsedAgainAfterAnEndBeginAnew) {
  for (const bool reset : {false, true}) {
    Path path(rule(kListed));
    Tcp first(path);
    first.open();
    EXPECT_FALSE(first.up(hello_for("www.listed.example")));
    if (reset) {
      EXPECT_FALSE(first.rst(Direction::up));
    } else {
      first.fin(Direction::up), first.fin(Direction::down);
    }
    Tcp again(path);
    again.next_up = 99, again.next_down = 77;
    EXPECT_TRUE(again.syn() && again.syn_ack() && again.ack());
    EXPECT_TRUE(again.up("x") && again.down("x"));
  }
}

TEST(Ports, UsedAgainAfterAResetOfTheCensorsBeginAnew) {
  Path path(rule("sees = { what = 'tls-client-hello' }\ninject = [{ to = 'client' }, { to = 'server' }]"));
  for (int i = 0; i < 3; ++i) {
    Tcp tcp(path);
    tcp.next_up = static_cast<std::uint32_t>(1000 * i);
    tcp.open();
    tcp.up(hello_for("a.example"));
    EXPECT_EQ(path.out.size(), 2U) << i;
  }
}

TEST(Ports, OfAConnectionMetInItsMiddleBeginAnewWithASyn) {
  Path path(rule(kListed));
  Tcp(path).up("x");
  EXPECT_FALSE(Tcp(path).open().up(hello_for("www.listed.example")));
}

TEST(Syns, SentAgainBeginNothingAnew) {
  Path path(rule(kListed));
  Tcp tcp(path);
  tcp.open();
  EXPECT_FALSE(tcp.up(hello_for("www.listed.example")));
  Tcp same(path);
  EXPECT_FALSE(same.syn());
}

// Cuts an IPv4 packet's frame in two fragments.
std::pair<Buffer, Buffer> fragments(const Buffer& frame, std::size_t at) {
  const Bytes packet = Bytes(frame).subspan(14);
  const auto part = [&](std::size_t begin, std::size_t end, bool more) {
    Buffer one = concat(packet.first(20), packet.subspan(20 + begin, end - begin));
    store_u16(MutableBytes(one).subspan(2), static_cast<std::uint16_t>(one.size()));
    store_u16(MutableBytes(one).subspan(6), static_cast<std::uint16_t>((more ? 0x2000U : 0U) | begin / 8));
    fix_ip_checksum(one);
    return framed(one);
  };
  return {part(0, at, true), part(at, packet.size() - 20, false)};
}

TEST(Fragments, AreJudgedWhenTheirPacketIsWhole) {
  for (const auto* name : {"www.listed.example", "www.other.example"}) {
    const bool listed = std::string_view(name).contains("listed");
    for (const bool turned : {false, true}) {
      Path path(rule(kListed));
      Tcp tcp(path);
      tcp.open();
      auto [first, second] = fragments(tcp.frame(Direction::up, kAck, hello_for(name)), 64);
      if (turned) std::swap(first, second);
      EXPECT_TRUE(path.give(Side::client, first)) << "not whole yet";
      EXPECT_EQ(path.give(Side::client, second), !listed) << "so the packet never is";
    }
  }
}

TEST(Fragments, OfARuleWithResetsAreAnswered) {
  Path path(rule("sees = { what = 'tls-client-hello' }\ninject = [{ to = 'client' }, { to = 'server' }]"));
  Tcp tcp(path);
  tcp.open();
  const Buffer hello = hello_for("a.example");
  const auto [first, second] = fragments(tcp.frame(Direction::up, kAck, hello), 64);
  path.give(Side::client, first);
  EXPECT_TRUE(path.give(Side::client, second));
  ASSERT_EQ(path.out.size(), 2U);
  EXPECT_EQ(path.out[1].packet().tcp()->seq, tcp.next_up + static_cast<std::uint32_t>(hello.size()));
}

TEST(Flows, AThousandAtOnceAreEachJudgedByThemselves) {
  Path path(rule(kListed));
  std::vector<Tcp> all;
  for (std::uint16_t i = 0; i < 1000; ++i) all.emplace_back(path, static_cast<std::uint16_t>(20000 + i));
  for (Tcp& each : all) EXPECT_TRUE(each.syn());
  for (Tcp& each : all) EXPECT_TRUE(each.syn_ack());
  const auto listed = [&all](const Tcp& each) { return (&each - all.data()) % 3 == 0; };
  for (Tcp& each : all)
    EXPECT_EQ(each.up(hello_for(listed(each) ? "www.listed.example" : "www.other.example")), !listed(each));
  for (Tcp& each : all) EXPECT_EQ(each.down("x"), !listed(each));
  EXPECT_EQ(path.censor.hits(), std::vector<std::uint64_t>{334});
}

// Bytes that this process has allocated.
std::size_t allocated() { return mallinfo2().uordblks; }

// So many connections, never ended, with a client's data of this kind.
void connect(Path& path, unsigned first, unsigned count, Bytes data) {
  for (unsigned i = first; i < first + count; ++i) {
    const std::array<std::uint8_t, 4> client = {10, 0, static_cast<std::uint8_t>(i / 50'000), 2};
    Tcp tcp(path, static_cast<std::uint16_t>(1024 + i % 50'000), {address("198.51.100.2"), 443},
            IpAddress(client));
    tcp.open();
    tcp.up(data);
    path.now += milliseconds(1);
  }
}

TEST(Flows, ByTheHundredThousandCostNoMoreThanTheirLimit) {
#ifdef __SANITIZE_ADDRESS__
  constexpr unsigned kSteps = 5'000;  // whose allocator mallinfo does not know
#else
  constexpr unsigned kSteps = 50'000;
#endif
  auto spec = rule(
      kListed +
      "\nresidual = { lasts = 180 }\n[[rule]]\nname = 'count'\nsees = { what = 'tls' }\nonce = { "
      "simultaneous = 10000 }\ndrops = 'both'\n[[rule]]\nname = 'old'\nsees = { what = 'tls' }\nonce = { "
      "age = 10000 }\ndrops = 'both'");
  Path path(std::move(spec), {.flows = {.flows = 2000}});
  connect(path, 0, kSteps, hello_for("www.other.example"));
  const std::size_t half = allocated();
  connect(path, kSteps, kSteps, hello_for("www.other.example"));
  EXPECT_LT(allocated(), half + half / 10 + 100'000);
  EXPECT_LT(half, 64U << 20U);
}

TEST(Flows, ThatOnlyWaitForTheirAgeKeepNothingOfTheirStreams) {
  Path path(rule("sees = { what = 'tls' }\nonce = { age = 60 }\ndrops = 'both'"));
  const std::size_t before = allocated();
  for (std::uint16_t i = 0; i < 1000; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(20000 + i));
    tcp.open();
    tcp.up(hello_for("a.example"));
    for (int each = 0; each < 30; ++each) tcp.down(Buffer(1400));
  }
  EXPECT_LT(allocated(), before + 4'000'000) << "4 kB each";
}

TEST(Flows, OfEndlessTinyRecordsCostNoMoreThanOthers) {
  Path path(rule("sees = { what = 'tls-certificate' }\ndrops = 'both'"));
  Tcp tcp(path);
  tcp.open();
  tcp.up(hello_for("a.example"));
  Buffer records;
  for (int i = 0; i < 200; ++i)
    append(records, hex("1403030001010"
                        "0"));
  const std::size_t before = allocated();
  for (int i = 0; i < 100; ++i) tcp.down(records);
  EXPECT_LT(allocated(), before + 200'000);
}

}  // namespace
}  // namespace rozaneh::lab
