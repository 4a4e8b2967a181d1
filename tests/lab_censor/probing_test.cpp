// Rules that have a server tried before they do anything.
#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

class KeepsOrders final : public Prober {
 public:
  void probe(ProbeOrder order) override { orders.push_back(std::move(order)); }
  std::vector<ProbeOrder> orders;
};

const std::string kProbing =
    "sees = { what = 'shadowsocks-first' }\nprobes = 'shadowsocks'\ndrops = 'down'\n"
    "residual = { tuple = 'server-port', lasts = 100 }\n";

class Probing : public ::testing::Test {
 protected:
  Path path_{rule(kProbing),
             {.scale = 10, .prober = &prober_, .probers = {*AddressRange::parse("203.0.113.0/24")}}};
  KeepsOrders prober_;
  const Buffer first_ = Buffer(233, 0xc3);
};

TEST_F(Probing, IsOrderedWithTheServerAndTheFirstPacketAndDropsNothing) {
  Tcp tcp(path_);
  tcp.open();
  EXPECT_TRUE(prober_.orders.empty());
  EXPECT_TRUE(tcp.up(first_));
  ASSERT_EQ(prober_.orders.size(), 1U);
  EXPECT_EQ(prober_.orders[0].rule, 0U);
  EXPECT_EQ(prober_.orders[0].kind, "shadowsocks");
  EXPECT_EQ(prober_.orders[0].flow.server.to_string(), "198.51.100.2:443");
  EXPECT_EQ(prober_.orders[0].first_packet, first_);
  EXPECT_TRUE(tcp.up(first_));
  EXPECT_TRUE(tcp.down("x"));
  EXPECT_EQ(prober_.orders.size(), 1U) << "once a connection";
  EXPECT_EQ(path_.censor.hits().at(0), 0U);
}

TEST_F(Probing, ThatSucceedsBlocksTheEndpointForItsTimeAndNobodyElse) {
  Tcp tcp(path_), other(path_, 40001, {address("198.51.100.2"), 80});
  tcp.open().up(first_);
  other.open();
  path_.now = seconds(5);
  path_.censor.note_verdict(0, prober_.orders.at(0).flow, path_.now);
  EXPECT_EQ(path_.censor.hits().at(0), 1U);
  EXPECT_FALSE(tcp.down("x")) << "the connection that is there";
  EXPECT_TRUE(tcp.up("x"));
  EXPECT_TRUE(other.down("x"));
  Tcp later(path_, 40002);
  later.syn();
  EXPECT_FALSE(later.syn_ack()) << "and those to come";
  path_.now = seconds(15) - Moment(1);
  EXPECT_FALSE(tcp.down("x"));
  path_.now = seconds(15);
  EXPECT_TRUE(tcp.down("x"));
}

TEST_F(Probing, IsNotDoneByARuleThatIsNotThere) {
  path_.censor.note_verdict(7, {}, path_.now);
  EXPECT_TRUE(Tcp(path_).open().down("x"));
}

TEST_F(Probing, OfTheCensorsOwnIsLetThrough) {
  Tcp probe(path_, 40000, {address("198.51.100.2"), 443}, address("203.0.113.7"));
  probe.open().up(first_);
  EXPECT_TRUE(prober_.orders.empty());
  Tcp(path_).open().up(first_);
  path_.censor.note_verdict(0, prober_.orders.at(0).flow, path_.now);
  EXPECT_TRUE(probe.down("x")) << "also once the server is blocked";
}

TEST(Interception, LeadsToAnotherPortAndBack) {
  Path path(rule("scope = { protocol = 'tcp', ports = [443] }\nintercepts = true"), {.interceptor = 40443});
  Tcp tcp(path), other(path, 40001, {address("198.51.100.2"), 80});
  Tcp man(path, 40000, {address("198.51.100.2"), 40443});
  EXPECT_FALSE(tcp.syn());
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.out[0].packet().destination().to_string(), "198.51.100.2:40443");
  EXPECT_EQ(transport_checksum_right(path.out[0].packet()), true);
  EXPECT_FALSE(man.syn_ack());
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.out[0].packet().source().to_string(), "198.51.100.2:443");
  EXPECT_EQ(transport_checksum_right(path.out[0].packet()), true);
  EXPECT_TRUE(other.open().up("x")) << "other ports are let alone";
}

TEST(ProbingRule, DoesNothingWithoutAProber) {
  Path path(rule(kProbing));
  Tcp tcp(path);
  tcp.open();
  EXPECT_TRUE(tcp.up(Buffer(233, 0xc3)));
  EXPECT_TRUE(tcp.down("x"));
}

TEST(ProbingRule, MayPutAServerOnAList) {
  KeepsOrders prober;
  Path path(
      rule("sees = { what = 'ssh', stream = false }\nprobes = 'http'\nlists = { on = 'grey', lasts = 100 }\n"
           "[[rule]]\nname = 's'\nscope = { on-list = 'grey' }\ndrops = 'both'\n"),
      {.prober = &prober});
  Tcp tcp(path);
  tcp.open().up("SSH-2.0-x\r\n");
  ASSERT_EQ(prober.orders.size(), 1U);
  EXPECT_EQ(text_of(prober.orders[0].first_packet), "SSH-2.0-x\r\n");
  path.censor.note_verdict(0, prober.orders[0].flow, path.now);
  EXPECT_FALSE(Tcp(path, 40001).syn());
  EXPECT_TRUE(tcp.down("x")) << "lists are for those that begin later";
}

}  // namespace
}  // namespace rozaneh::lab
