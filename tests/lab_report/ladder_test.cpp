// Censors' rules told as sequences of packets.
#include "lab/report/ladder.h"

#include "lab/packet/headers.h"
#include "lab_report/sample.h"

namespace rozaneh::lab {
namespace {

using namespace std::chrono_literals;
using Told = std::vector<std::string>;

Told told(const CensorRule& rule) {
  Told sentences;
  for (const LadderStep& step : ladder_of(rule)) sentences.push_back(sentence_of(step));
  return sentences;
}

CensorRule sees(std::string what) {
  CensorRule rule;
  rule.sight.what = std::move(what);
  return rule;
}

InjectedPacket packet(End to, std::uint8_t flags) {
  InjectedPacket packet;
  packet.to = to;
  packet.flags = flags;
  return packet;
}

TEST(Ladder, ShowsThePacketInWhichItIsSeenDropped) {
  CensorRule rule = sees("tls-client-hello");
  rule.sight.names = {".a.example", "b.example", "c.example", "d.example"};
  rule.action.drop_up = rule.action.drop_down = true;
  EXPECT_EQ(told(rule),
            (Told{"client ↔ server: TCP connection", "client → server: ClientHello, dropped by the censor",
                  "sees a ClientHello, the name .a.example, b.example, c.example and 1 more",
                  "client → server: all that follows, dropped by the censor",
                  "server → client: all that follows, dropped by the censor"}));
}

TEST(Ladder, LetsThatPacketPassWhereTheRuleDoes) {
  CensorRule rule = sees("ssh");
  rule.action.drop_up = rule.action.lets_pass = true;
  EXPECT_EQ(told(rule).at(1), "client → server: SSH identification");
  rule.action = {};
  rule.action.drop_down = true;
  EXPECT_EQ(told(rule).at(1), "client → server: SSH identification");
}

TEST(Ladder, ComesToMessagesOfTheServerByThoseBefore) {
  CensorRule rule = sees("tls-certificate");
  rule.sight.lifetime_below = 86400;
  rule.action.drop_down = true;
  EXPECT_EQ(told(rule),
            (Told{"client ↔ server: TCP connection", "client → server: ClientHello",
                  "server → client: ServerHello", "server → client: Certificate, dropped by the censor",
                  "sees a certificate, valid for less than 24 hours",
                  "server → client: all that follows, dropped by the censor"}));
}

TEST(Ladder, WaitsForThresholds) {
  CensorRule rule = sees("tls");
  rule.threshold = {.age = 60s, .bytes_down = 16384, .packets_after = 6};
  rule.action.drop_up = true;
  EXPECT_EQ(told(rule), (Told{"client ↔ server: TCP connection", "client → server: ClientHello", "sees TLS",
                              "server → client: data", "until the server has sent 16384 bytes",
                              "until 6 more packets have passed", "until the connection is 60 s old",
                              "client → server: all that follows, dropped by the censor"}));
}

TEST(Ladder, TellsOfConnectionsAtOnceAndChance) {
  CensorRule rule = sees("tls");
  rule.threshold.simultaneous = 7;
  rule.probability = 0.263;
  const Told steps = told(rule);
  EXPECT_EQ(steps.front(), "6 such connections of one client to one endpoint are open already");
  EXPECT_EQ(steps.back(), "and in 26.3 % of the connections:");
}

TEST(Ladder, InjectsToEachEnd) {
  CensorRule rule = sees("http");
  rule.sight.keywords = {"tor"};
  rule.action.inject = {packet(End::client, kRst), packet(End::server, kRst | kAck),
                        packet(End::client, kRst | kAck)};
  rule.action.inject[2].count = 3;
  rule.action.inject[2].payload = {1};
  rule.action.residual = Residual{.tuple = Residual::Tuple::client_server, .lasts = 180s, .restarts = true};
  EXPECT_EQ(told(rule), (Told{"client ↔ server: TCP connection", "client → server: HTTP request",
                              "sees a request of HTTP, the word tor",
                              "censor → client: RST, RST+ACK ×3 with data", "censor → server: RST+ACK",
                              "for 180 s, longer while it goes on: connections of this client to the server",
                              "client → server: its next data", "censor → client: RST, RST+ACK ×3 with data",
                              "censor → server: RST+ACK"}));
}

TEST(Ladder, AnswersDns) {
  CensorRule rule = sees("dns");
  rule.sight.stream = false;
  rule.scope.protocol = kUdp;
  rule.scope.ports = {53};
  rule.action.drop_up = rule.action.only_packet = true;
  rule.action.dns_answer = "127.0.0.1";
  EXPECT_EQ(told(rule),
            (Told{"concerns UDP to port 53", "client → server: DNS query, dropped by the censor",
                  "sees a question of DNS, in one packet", "censor → client: answer: 127.0.0.1"}));
}

TEST(Ladder, SlowsDown) {
  CensorRule rule;
  rule.action.throttle = Throttle{.bytes_per_second = 250'000, .share = Throttle::Share::client};
  EXPECT_EQ(told(rule), (Told{"client → server: all data, hampered by the censor",
                              "server → client: all data, hampered by the censor",
                              "lets through 250 kB/s for each client"}));
}

TEST(Ladder, DelaysAndLosesOneWayAlone) {
  CensorRule rule;
  rule.scope.on_list = "grey";
  rule.action.delay = Delay{.time = 2s, .jitter = 1s, .way = Way::down};
  rule.action.lose = Loss{.probability = 0.2, .way = Way::down};
  EXPECT_EQ(told(rule),
            (Told{"concerns traffic on the grey list", "server → client: all data, hampered by the censor",
                  "holds packets back for 2 s to 3 s", "loses 20 % of the packets"}));
}

TEST(Ladder, PutsResetsInThePlaceOfAnswers) {
  CensorRule rule = sees("tls-client-hello");
  rule.action.rewrite = {
      Rewrite{.way = Way::down, .flags = 0, .window = {}, .find = {}, .with = {}, .becomes = kRst | kAck}};
  EXPECT_EQ(told(rule), (Told{"client ↔ server: TCP connection", "client → server: ClientHello",
                              "sees a ClientHello", "server → client: each packet, dropped by the censor",
                              "censor → client: RST+ACK instead"}));
}

TEST(Ladder, ProbesBeforeItStrikes) {
  CensorRule rule = sees("shadowsocks-first");
  rule.action.probes = "shadowsocks";
  rule.action.drop_up = true;
  EXPECT_EQ(told(rule),
            (Told{"client ↔ server: TCP connection", "client → server: first data",
                  "sees a first packet as Shadowsocks sends it", "censor → server: shadowsocks probes",
                  "once the server has answered them as shadowsocks does:",
                  "client → server: all that follows, dropped by the censor"}));
}

TEST(Ladder, CountsConnectionsOntoAList) {
  CensorRule rule = sees("tls-client-hello");
  rule.threshold.connections = 3;
  rule.action.lists = Listing{.on = "grey", .tuple = Residual::Tuple::server_port, .lasts = 1800s};
  const Told steps = told(rule);
  EXPECT_EQ(steps.front(), "there were 2 such connections to one endpoint, of all clients");
  EXPECT_EQ(steps.back(),
            "for 1800 s on the grey list: connections of all clients to that port of the server");
}

TEST(Ladder, OfAListedAddressBeginsWithTheFirstPacket) {
  CensorRule rule;
  rule.scope.protocol = kTcp;
  rule.scope.servers = {*AddressRange::parse("198.51.100.44")};
  rule.action.drop_up = true;
  EXPECT_EQ(told(rule).at(1), "client → server: SYN, dropped by the censor");
}

TEST(Ladder, TellsSomethingOfSightsThatItDoesNotKnow) {
  EXPECT_EQ(told(sees("news")), (Told{"client → server: a packet", "sees news"}));
}

TEST(Ladder, IsDrawnWithAnArrowForEachPacketAndACrossForEachThatIsDropped) {
  CensorRule rule = sees("tls-client-hello");
  rule.action.drop_up = rule.action.drop_down = true;
  const std::string svg = ladder_svg(ladder_of(rule), "a <name>");
  EXPECT_EQ(count(svg, "class=\"way\""), 4U);
  EXPECT_EQ(count(svg, "class=\"stop\""), 3U);
  EXPECT_EQ(count(svg, "class=\"eye\""), 1U);
  EXPECT_EQ(count(svg, "class=\"note\""), 1U);
  EXPECT_TRUE(svg.contains(R"(role="img" aria-label="a &lt;name&gt;: client ↔ server: TCP connection; )"));
}

}  // namespace
}  // namespace rozaneh::lab
