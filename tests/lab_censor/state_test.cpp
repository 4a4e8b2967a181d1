// What a censor remembers beyond a connection, and whom it concerns.
#include <gtest/gtest.h>

#include "lab/recognise/dns.h"
#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

// An answer of the name server at 198.51.100.2 that tells the client an address.
void tell(Path& path, std::string_view told, std::uint16_t from = 50000) {
  const Buffer query = dns_query("name", told.contains(':') ? kDnsAaaa : kDnsA);
  udp_up(path, query, 53, from);
  udp_down(path, forge_dns_answer(query, {.addresses = {address(told)}}).value(), 53, from);
}

bool connects(Path& path, std::string_view server = "198.51.100.9", std::string_view client = "192.0.2.2",
              std::uint16_t port = 40000) {
  return Tcp(path, port, {address(server), 443}, address(client)).syn();
}

const std::string kCoupled =
    "scope = { protocol = 'tcp', unresolved = 60 }\ninject = [{ flags = 'rst+ack' }]\ndrops = 'both'\n";

TEST(DnsCoupledAdmission, LetsInWhatTheClientWasToldLessThanAMinuteAgo) {
  for (const double scale : {1.0, 10.0}) {
    for (const int late : {-1, 0, 1}) {
      Path path(rule(kCoupled), {.scale = scale});
      path.now = seconds(100);
      tell(path, "198.51.100.9");
      path.now += Moment(seconds(60)) / static_cast<int>(scale) + Moment(late);
      EXPECT_EQ(connects(path), late <= 0) << late;
      EXPECT_EQ(path.out.size(), late <= 0 ? 0U : 1U) << "else it is reset";
    }
  }
}

TEST(DnsCoupledAdmission, IsOfOneClientAndOneAddress) {
  Path path(rule(kCoupled));
  path.now = seconds(100);
  EXPECT_FALSE(connects(path));
  tell(path, "198.51.100.9");
  EXPECT_TRUE(connects(path, "198.51.100.9", "192.0.2.2", 40001));
  EXPECT_FALSE(connects(path, "198.51.100.8", "192.0.2.2", 40002));
  EXPECT_FALSE(connects(path, "198.51.100.9", "192.0.2.3", 40003));
  tell(path, "2001:db8:2::9", 50001);
  EXPECT_FALSE(connects(path, "2001:db8:2::9", "2001:db8:1::2", 40004)) << "who asked has another address";
}

TEST(DnsCoupledAdmission, LetsAConnectionGoOnThatItLetIn) {
  Path path(rule(kCoupled));
  path.now = seconds(100);
  tell(path, "198.51.100.9");
  Tcp tcp(path, 40000, {address("198.51.100.9"), 443});
  tcp.open();
  path.now += seconds(300);
  EXPECT_TRUE(tcp.up("x"));
}

TEST(DnsCoupledAdmission, DoesNotCountAnAnswerThatWasDropped) {
  Path path(rule(kCoupled + "[[rule]]\nname = 's'\nscope = { protocol = 'udp' }\ndrops = 'down'"));
  path.now = seconds(100);
  tell(path, "198.51.100.9");
  EXPECT_FALSE(connects(path));
}

TEST(Sources, OnAnAllowListAreLetOutAndNoOthers) {
  Path path(rule("scope = { not-clients = ['192.0.2.128/25'] }\ndrops = 'both'"));
  EXPECT_FALSE(connects(path, "198.51.100.9", "192.0.2.127"));
  EXPECT_TRUE(connects(path, "198.51.100.9", "192.0.2.128"));
  EXPECT_TRUE(connects(path, "198.51.100.9", "192.0.2.255"));
  Path turned(rule("scope = { clients = ['192.0.2.128/25'] }\ndrops = 'both'"));
  EXPECT_TRUE(connects(turned, "198.51.100.9", "192.0.2.127"));
  EXPECT_FALSE(connects(turned, "198.51.100.9", "192.0.2.128"));
}

TEST(Sources, AreDrawnBySeedAndKeepTheirLot) {
  Path path(rule("scope = { sources = 0.75 }\ndrops = 'both'"), {.seed = 7});
  int blocked = 0;
  for (std::uint32_t i = 0; i < 4000; ++i) {
    const std::array<std::uint8_t, 4> client = {10, 0, static_cast<std::uint8_t>(i >> 8U),
                                                static_cast<std::uint8_t>(i)};
    const std::string text = IpAddress(client).to_string();
    const bool passes = connects(path, "198.51.100.9", text, 40000);
    EXPECT_EQ(connects(path, "198.51.100.8", text, 40001), passes);
    blocked += passes ? 0 : 1;
  }
  EXPECT_NEAR(blocked, 3000, 5 * 28);  // sqrt(4000 * 0.75 * 0.25)
}

const std::string kGrey =
    "sees = { what = 'ssh' }\nonce = { connections = 2 }\nlists = { on = 'grey', lasts = 100 }\n"
    "[[rule]]\nname = 's'\nscope = { on-list = 'grey' }\nlose = { probability = 1 }\n";

TEST(GreyList, HampersServersThatARuleHasPutOnIt) {
  Path path(rule(kGrey));
  const auto connect = [&path](std::uint16_t port, std::string_view server) {
    Tcp tcp(path, port, {address(server), 443});
    const bool opened = tcp.syn();
    tcp.up("SSH-2.0-x\r\n");
    return opened;
  };
  EXPECT_TRUE(connect(40000, "198.51.100.9"));
  EXPECT_TRUE(connect(40001, "198.51.100.9")) << "the second puts it there";
  EXPECT_FALSE(connects(path, "198.51.100.9", "192.0.2.2", 40002));
  EXPECT_FALSE(connects(path, "198.51.100.9", "192.0.2.7")) << "for everybody";
  EXPECT_TRUE(connect(40003, "198.51.100.8"));
  path.now = seconds(100) - Moment(1);
  EXPECT_FALSE(connects(path, "198.51.100.9", "192.0.2.8"));
  path.now = seconds(100);
  EXPECT_TRUE(connects(path, "198.51.100.9", "192.0.2.9"));
}

TEST(GreyList, CanExemptInstead) {
  Path path(
      rule("sees = { what = 'ssh' }\nlists = { on = 'known', tuple = 'client-server', lasts = 100 }\n"
           "[[rule]]\nname = 's'\nscope = { not-on-list = 'known', ports = [443] }\nsees = { what = 'http' "
           "}\ndrops = 'both'\n"));
  const auto fetch = [&path](std::uint16_t port) {
    return Tcp(path, port).open().up("GET / HTTP/1.1\r\n\r\n");
  };
  EXPECT_FALSE(fetch(40000));
  Tcp(path, 40001).open().up("SSH-2.0-x\r\n");
  EXPECT_TRUE(fetch(40002));
}

// A flow of which so many bytes are put together.
void begin_hello(Path& path, std::uint16_t port, std::size_t size) {
  Tcp tcp(path, port);
  tcp.open();
  Buffer hello = hex("1603010fff01000ffb0303");
  hello.resize(size);
  tcp.up(hello);
}

TEST(Memory, OfUndecidedFlowsIsBoundedAndTheOldestIsGivenUp) {
  Path path(rule("sees = { what = 'tls-client-hello' }\ndrops = 'both'"), {.most_held = 64 * 1024});
  const auto rest = [&path](std::uint16_t port, std::size_t from) {
    Tcp tcp(path, port);
    tcp.next_up += 1 + static_cast<std::uint32_t>(from);
    tcp.next_down += 1;
    return tcp.up(Buffer(4096 + 4 - from));
  };
  for (std::uint16_t i = 0; i < 100; ++i) {
    begin_hello(path, static_cast<std::uint16_t>(40000 + i), 2000);
    EXPECT_LE(path.censor.held(), 64U * 1024);
  }
  EXPECT_GE(path.censor.held(), 32U * 1024);
  EXPECT_TRUE(rest(40000, 2000)) << "given up, so its hello is never seen";
  EXPECT_FALSE(rest(40099, 2000));
}

TEST(Memory, IsGivenBackWhenFlowsEndOrAreDecided) {
  Path path(rule("sees = { what = 'tls-client-hello' }\ndrops = 'both'"));
  begin_hello(path, 40000, 2000);
  begin_hello(path, 40001, 2000);
  EXPECT_GT(path.censor.held(), 4000U);
  Tcp(path, 40001).rst(Direction::up);
  path.now += seconds(480);
  Tcp(path, 40002).open().up("SSH-2.0-x\r\n");
  EXPECT_EQ(path.censor.held(), 0U);
}

}  // namespace
}  // namespace rozaneh::lab
