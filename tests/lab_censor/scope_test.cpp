// What a rule looks at by headers alone.
#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

bool syn_passes(const std::string& scope, int port, std::string_view server = "198.51.100.2") {
  Path path(rule("scope = " + scope + "\ndrops = 'both'"));
  const bool v6 = server.contains(':');
  return Tcp(path, 40000, {address(server), static_cast<std::uint16_t>(port)},
             address(v6 ? "2001:db8:1::2" : "192.0.2.2"))
      .syn();
}

TEST(Scope, OfPortsMeansTheServers) {
  for (const int port : {442, 443, 444, 79, 80, 81, 40000})
    EXPECT_EQ(syn_passes("{ ports = [443, 80] }", port), port != 443 && port != 80) << port;
  for (const int port : {52, 53, 54}) EXPECT_EQ(syn_passes("{ not-ports = [53] }", port), port == 53) << port;
  EXPECT_TRUE(syn_passes("{ ports = [53], not-ports = [53] }", 53));
}

TEST(Scope, OfServersHasEdges) {
  const std::string half = "{ servers = ['198.51.100.128/25', '203.0.113.7'] }";
  EXPECT_TRUE(syn_passes(half, 443, "198.51.100.127"));
  EXPECT_FALSE(syn_passes(half, 443, "198.51.100.128"));
  EXPECT_FALSE(syn_passes(half, 443, "198.51.100.255"));
  EXPECT_TRUE(syn_passes(half, 443, "198.51.101.0"));
  EXPECT_TRUE(syn_passes(half, 443, "203.0.113.6"));
  EXPECT_FALSE(syn_passes(half, 443, "203.0.113.7"));
  EXPECT_TRUE(syn_passes(half, 443, "203.0.113.8"));
  EXPECT_TRUE(syn_passes(half, 443, "2001:db8:2::2"));
  const std::string v6 = "{ servers = ['2001:db8:2::/65'] }";
  EXPECT_FALSE(syn_passes(v6, 443, "2001:db8:2:0:7fff::1"));
  EXPECT_TRUE(syn_passes(v6, 443, "2001:db8:2:0:8000::1"));
  EXPECT_TRUE(syn_passes(v6, 443));
  EXPECT_FALSE(syn_passes("{ servers = ['0.0.0.0/0'] }", 443));
}

TEST(AddressRange, IsReadStrictly) {
  for (const auto* text :
       {"192.0.2.0/24", "192.0.2.1", "2001:db8::/32", "0.0.0.0/0", "192.0.2.1/32", "::/128"})
    EXPECT_TRUE(AddressRange::parse(text)) << text;
  for (const auto* text : {"", "/", "192.0.2.0/", "192.0.2.0/33", "192.0.2.0/-1", "::/129", "192.0.2/24",
                           "x/8", "192.0.2.0/24/24", "192.0.2.0/ 24"})
    EXPECT_FALSE(AddressRange::parse(text)) << text;
}

TEST(Scope, OfAProtocolLeavesTheOthers) {
  Path tcp(rule("scope = { protocol = 'tcp' }\ndrops = 'both'"));
  EXPECT_FALSE(Tcp(tcp).syn());
  EXPECT_TRUE(udp_up(tcp, bytes_of("x")));
  Path udp(rule("scope = { protocol = 'udp' }\ndrops = 'both'"));
  EXPECT_TRUE(Tcp(udp).syn());
  EXPECT_FALSE(udp_up(udp, bytes_of("x")));
  Path icmp(rule("scope = { protocol = 'icmp' }\ndrops = 'both'"));
  EXPECT_FALSE(icmp.give(Side::client, framed(build_ip(kUpV4, kIcmp, hex("0800000000010001")))));
  EXPECT_FALSE(icmp.give(Side::client, framed(build_ip(kUpV6, kIcmpV6, hex("8000000000010001")))));
  EXPECT_TRUE(udp_up(icmp, bytes_of("x")));
}

TEST(Scope, OpenedInsideLeavesConnectionsFromOutside) {
  for (const bool inside : {false, true}) {
    Path path(
        rule("scope = { opened-inside = " + std::string(inside ? "true" : "false") + " }\ndrops = 'both'"));
    EXPECT_FALSE(Tcp(path).syn());
    EXPECT_EQ(Tcp::from_outside(path).syn(), inside);
  }
}

TEST(Drops, GoUpDownOrBothWays) {
  for (const std::string_view drops : {"nothing", "up", "down", "both"}) {
    Path path(rule("sees = { what = 'ssh' }\ndrops = '" + std::string(drops) + "'"));
    Tcp tcp(path);
    tcp.open();
    EXPECT_EQ(tcp.up("SSH-2.0-x\r\n"), drops == "nothing" || drops == "down") << drops;
    EXPECT_EQ(tcp.down("x"), drops == "nothing" || drops == "up") << drops;
    EXPECT_EQ(tcp.up("x"), drops == "nothing" || drops == "down") << drops;
    EXPECT_EQ(path.censor.hits(), std::vector<std::uint64_t>{1}) << drops;
  }
}

TEST(Drops, FromOutsideMeanTheFlowsOwnClient) {
  Path path(rule("sees = { what = 'ssh' }\ndrops = 'up'"));
  Tcp tcp = Tcp::from_outside(path);
  tcp.open();
  EXPECT_FALSE(tcp.up("SSH-2.0-x\r\n"));
  EXPECT_TRUE(tcp.down("x"));
}

TEST(Drops, BeginWithThePacketOrBehindItOrAreOnlyIt) {
  const std::string ssh = "sees = { what = 'ssh' }\ndrops = 'both'\n";
  for (const auto& [more, packet, later] : {std::tuple("", false, false),
                                            {"lets-pass = true", true, false},
                                            {"only-packet = true", false, true}}) {
    Path path(rule(ssh + more));
    Tcp tcp(path);
    tcp.open();
    EXPECT_EQ(tcp.up("SSH-2.0-x\r\n"), packet) << more;
    EXPECT_EQ(tcp.up("x"), later) << more;
    EXPECT_EQ(tcp.down("x"), later) << more;
  }
}

}  // namespace
}  // namespace rozaneh::lab
