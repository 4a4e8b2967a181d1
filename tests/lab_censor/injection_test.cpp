// Packets of the censor's own: to whom, with what, and whether a real stack takes them.
#include <gtest/gtest.h>

#include <set>

#include "lab/packet/ethernet.h"
#include "lab/recognise/dns.h"
#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

std::string injecting(const std::string& packets, const std::string& more = "") {
  return "sees = { what = 'ssh' }\ninject = [" + packets + "]\n" + more;
}

constexpr std::string_view kTrigger = "SSH-2.0-x\r\n";

void expect_right(const Path::Frame& frame) {
  const PacketView packet = frame.packet();
  EXPECT_TRUE(ip_checksum_right(packet));
  EXPECT_EQ(transport_checksum_right(packet), true);
  EXPECT_FALSE(packet.is_truncated());
}

TEST(Injected, GoToTheirEndsWithTheirFlags) {
  Path path(
      rule(injecting("{ to = 'client', flags = 'rst' }, { to = 'server', flags = 'rst+ack', count = 3 }, "
                     "{ to = 'client', flags = 'fin+psh+ack' }")));
  Tcp tcp(path);
  tcp.open();
  EXPECT_TRUE(tcp.up(kTrigger));
  ASSERT_EQ(path.out.size(), 5U);
  const std::uint8_t flags[] = {kRst, kRst | kAck, kRst | kAck, kRst | kAck, kFin | kPsh | kAck};
  for (std::size_t i = 0; i < 5; ++i) {
    const Path::Frame& each = path.out[i];
    const bool client = i == 0 || i == 4;
    EXPECT_EQ(each.to, client ? Side::client : Side::server);
    EXPECT_EQ(each.packet().tcp()->flags, flags[i]);
    EXPECT_EQ(each.packet().destination().to_string(), client ? "192.0.2.2:40000" : "198.51.100.2:443");
    EXPECT_EQ(each.packet().source().to_string(), client ? "198.51.100.2:443" : "192.0.2.2:40000");
    expect_right(each);
  }
}

TEST(Injected, HaveTheLinkHeaderOfWhatWouldComeThatWay) {
  Path path(rule(injecting("{ to = 'client' }, { to = 'server' }")));
  Tcp tcp(path);
  tcp.open();
  tcp.up(kTrigger);
  const auto back = parse_ethernet(path.out.at(0).bytes).value();
  const auto forth = parse_ethernet(path.out.at(1).bytes).value();
  EXPECT_EQ(encode_hex(back.destination), "020000000001");
  EXPECT_EQ(encode_hex(back.source), "020000000002");
  EXPECT_EQ(encode_hex(forth.destination), "020000000002");
  EXPECT_EQ(encode_hex(forth.source), "020000000001");
}

const std::string kBoth = "{ to = 'client' }, { to = 'server' }";

// The receiver's next byte: RFC 5961 section 3.2 takes a reset with no other number.
void expect_taken(const Path& path, std::uint32_t client_expects, std::uint32_t server_expects) {
  ASSERT_EQ(path.out.size(), 2U);
  EXPECT_EQ(path.out[0].packet().tcp()->seq, client_expects);
  EXPECT_EQ(path.out[1].packet().tcp()->seq, server_expects);
}

TEST(Resets, ComeAtExactlyTheNextByteIfThePacketGetsThrough) {
  Path path(rule(injecting(kBoth)));
  Tcp tcp(path);
  tcp.open();
  EXPECT_TRUE(tcp.up(kTrigger));
  expect_taken(path, tcp.next_down, tcp.next_up);
  EXPECT_EQ(path.out[0].packet().tcp()->ack, tcp.next_up);
}

TEST(Resets, ComeAtExactlyTheNextByteIfItDoesNot) {
  Path path(rule(injecting(kBoth, "drops = 'both'")));
  Tcp tcp(path);
  tcp.open();
  const std::uint32_t before = tcp.next_up;
  EXPECT_FALSE(tcp.up(kTrigger));
  expect_taken(path, tcp.next_down, before);
}

TEST(Resets, ComeAtExactlyTheNextByteIfALaterRuleDropsThePacket) {
  Path path(rule(injecting(kBoth) + "[[rule]]\nname = 's'\nsees = { what = 'ssh' }\ndrops = 'both'"));
  Tcp tcp(path);
  tcp.open();
  const std::uint32_t before = tcp.next_up;
  EXPECT_FALSE(tcp.up(kTrigger));
  expect_taken(path, tcp.next_down, before);
}

TEST(Resets, ComeAtExactlyTheNextByteWhenAGapIsFilled) {
  Path path(rule(injecting(kBoth)));
  Tcp tcp(path);
  tcp.open();
  tcp.up_at(4, bytes_of(kTrigger.substr(4)));
  EXPECT_TRUE(tcp.up_at(0, bytes_of(kTrigger.substr(0, 4))));
  expect_taken(path, tcp.next_down, tcp.next_up + static_cast<std::uint32_t>(kTrigger.size()));
}

TEST(Resets, ToTheClientComeBehindWhatIsOnItsWayThere) {
  Path path(rule(injecting(kBoth)));
  Tcp tcp(path);
  tcp.open();
  const Buffer trigger = tcp.frame(Direction::up, kAck, bytes_of(kTrigger));
  tcp.down("banner");  // the client has not seen it when it sends
  EXPECT_TRUE(path.give(Side::client, trigger));
  expect_taken(path, tcp.next_down, tcp.next_up + static_cast<std::uint32_t>(kTrigger.size()));
}

TEST(Resets, ForAServersPacketAreTurnedRound) {
  Path path(
      rule("sees = { what = 'tls-server-hello', stream = false }\ndrops = 'down'\ninject = [" + kBoth + "]"));
  Tcp tcp(path);
  tcp.open();
  const std::uint32_t before = tcp.next_down;
  EXPECT_FALSE(tcp.down(tls::records_of(tls::rfc8448_server_hello())));
  expect_taken(path, before, tcp.next_up);
  EXPECT_EQ(path.out[0].to, Side::client);
  EXPECT_EQ(path.out[1].to, Side::server);
}

TEST(Resets, OfASynAreTakenInSynSent) {
  Path path(rule("inject = [{ to = 'client', flags = 'rst+ack' }]\ndrops = 'both'"));
  Tcp tcp(path);
  EXPECT_FALSE(tcp.syn());
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.out[0].packet().tcp()->ack, tcp.next_up);  // RFC 9293 section 3.10.7.3
}

// The order in which two kinds of frames come out.
TEST(Injected, FollowThePacketThatTheyCountAsReceived) {
  class Order final : public Outlet {
   public:
    void pass(Side /*to*/, Bytes /*frame*/) override { text += 'p'; }
    void send(Side /*to*/, Buffer /*frame*/) override { text += 's'; }
    std::string text;
  };
  Path path(rule(injecting(kBoth)));
  Tcp tcp(path);
  tcp.open();
  Order order;
  Buffer frame = tcp.frame(Direction::up, kAck, bytes_of(kTrigger));
  path.censor.take(Side::client, frame, path.now, order);
  EXPECT_EQ(order.text, "pss");
}

TEST(Injected, WaitWithThePacketThatAThrottleHoldsBack) {
  Path path(rule("throttle = { bytes-per-second = 100 }\n[[rule]]\nname = 's'\n" + injecting(kBoth)));
  Tcp tcp(path);
  tcp.open();
  EXPECT_FALSE(tcp.up(kTrigger));
  ASSERT_EQ(path.out.size(), 1U) << "only the client's";
  EXPECT_EQ(path.out[0].to, Side::client);
  path.out.clear();
  while (path.censor.wakes_at() != Middlebox::kNever) path.censor.wake(path.censor.wakes_at(), path);
  ASSERT_GE(path.out.size(), 2U);
  EXPECT_EQ(path.out.back().packet().tcp()->flags, kRst);
  EXPECT_EQ(path.out.back().packet().tcp()->seq, tcp.next_up);
  EXPECT_EQ(text_of(path.out[path.out.size() - 2].packet().payload()), kTrigger);
}

TEST(Injected, HaveTheHeadersTheyAreGiven) {
  Path path(rule(injecting("{ id = 7, ttl = 58, dont-fragment = true, text = 'abc', bytes = '00ff' }, {}")));
  Tcp tcp(path);
  tcp.open();
  tcp.up(kTrigger);
  const PacketView set = path.out.at(0).packet();
  EXPECT_EQ(set.ip().id, 7U);
  EXPECT_EQ(set.ip().ttl, 58);
  EXPECT_TRUE(set.ip().dont_fragment);
  EXPECT_EQ(encode_hex(set.payload()), "61626300ff");
  const PacketView plain = path.out.at(1).packet();
  EXPECT_EQ(plain.ip().id, 0U);
  EXPECT_EQ(plain.ip().ttl, 64);
  EXPECT_FALSE(plain.ip().dont_fragment);
  EXPECT_EQ(plain.tcp()->flags, kRst);
  EXPECT_TRUE(plain.payload().empty());
}

TEST(Injected, HaveIdentificationsOfTheWholeRangeAndNoOther) {
  std::set<std::uint32_t> ids;
  Path path(rule(injecting("{ count = 16, id = 39190, id-most = 39219 }")));
  for (std::uint16_t i = 0; i < 60; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(40000 + i));
    tcp.open();
    tcp.up(kTrigger);
    for (const Path::Frame& each : path.out) ids.insert(each.packet().ip().id);
  }
  EXPECT_EQ(ids.size(), 30U);
  EXPECT_EQ(*ids.begin(), 0x9916U);
  EXPECT_EQ(*ids.rbegin(), 0x9933U);
}

TEST(Injected, AreOfIpVersion6Too) {
  Path path(rule(injecting(kBoth)));
  Tcp tcp(path, 40000, {address("2001:db8:2::2"), 443}, address("2001:db8:1::2"));
  tcp.open();
  tcp.up(kTrigger);
  expect_taken(path, tcp.next_down, tcp.next_up);
  for (const Path::Frame& each : path.out) expect_right(each);
}

TEST(Injected, TellChinasThreeInjectorsApart) {
  const auto spec = parse_censor(
      "title = 'x'\ncontrol = { passes = 'a', blocked = 'b' }\n[[rule]]\nname = 'r'\nsees = { what = 'ssh' "
      "}\n"
      "inject = [{ flags = 'rst', id = 0 }, { flags = 'rst+ack', count = 3, id = 1, id-most = 65535, "
      "dont-fragment = "
      "true }, { flags = 'rst+ack', id = 39190, id-most = 39219 }]",
      "x.toml");
  Path path(spec.value());
  Tcp tcp(path);
  tcp.open();
  tcp.up(kTrigger);
  std::string kinds;
  for (const Path::Frame& each : path.out)
    kinds += each.packet().ip().dont_fragment ? '2' : each.packet().tcp()->has(kAck) ? '3' : '1';
  EXPECT_EQ(kinds, "12223");
}

TEST(Dns, IsAnsweredWithAForgery) {
  Path path(
      rule("sees = { what = 'dns', names = ['.listed.example'] }\ndrops = 'up'\nonly-packet = true\n"
           "dns-answer = '127.0.0.1'"));
  EXPECT_FALSE(udp_up(path, dns_query("listed")));
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.out[0].to, Side::client);
  expect_right(path.out[0]);
  const PacketView packet = path.out[0].packet();
  EXPECT_EQ(packet.source().to_string(), "198.51.100.2:53");
  EXPECT_EQ(packet.destination().to_string(), "192.0.2.2:50000");
  const auto message = parse_dns(packet.payload()).value();
  EXPECT_EQ(message.id, 0x1234);
  EXPECT_EQ(message.questions.at(0).name, "listed.example");
  EXPECT_EQ(message.addresses, std::vector{address("127.0.0.1")});
  EXPECT_TRUE(udp_up(path, dns_query("other"), 53, 50001));
  EXPECT_TRUE(path.out.empty());
}

}  // namespace
}  // namespace rozaneh::lab
