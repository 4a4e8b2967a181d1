#include <gtest/gtest.h>

#include "lab/flow/table.h"
#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

using std::chrono::seconds;

Buffer tcp_from(std::uint16_t port, std::uint8_t flags = kSyn) {
  return build_tcp(kUpV4, {.source_port = port, .destination_port = 443, .flags = flags});
}
Buffer tcp_back(std::uint16_t port, std::uint8_t flags = kSyn | kAck) {
  return build_tcp(kDownV4, {.source_port = 443, .destination_port = port, .flags = flags});
}

TEST(FlowTable, FindsAFlowFromEitherSide) {
  FlowTable<int> table;
  auto up = table.see(view(tcp_from(1000)), seconds(1));
  EXPECT_TRUE(up.is_new);
  EXPECT_EQ(up.direction, Direction::up);
  up.flow.state = 42;
  auto down = table.see(view(tcp_back(1000)), seconds(2));
  EXPECT_FALSE(down.is_new);
  EXPECT_EQ(down.direction, Direction::down);
  EXPECT_EQ(down.flow.state, 42);
  EXPECT_EQ(down.flow.key.client.to_string(), "192.0.2.2:1000");
  EXPECT_EQ(down.flow.last, seconds(2));
  EXPECT_EQ(table.find(down.flow.key.turned()), &down.flow);
  EXPECT_TRUE(table.see(view(tcp_from(1001)), seconds(2)).is_new);
}

TEST(FlowTable, TakesWhoGetsASynAckForTheClient) {
  FlowTable<int> table;
  const auto seen = table.see(view(tcp_back(1000)), seconds(1));
  EXPECT_EQ(seen.direction, Direction::down);
  EXPECT_EQ(seen.flow.key.server.port, 443);
}

struct Ports {
  std::uint16_t source;
  std::uint16_t destination;
  Direction direction;
};

TEST(FlowTable, TakesWhoSpeaksFirstForTheClientUnlessItsPortIsAServers) {
  using enum Direction;
  for (const auto& [source, destination, direction] : {Ports{40000, 53, up},
                                                       {53, 40000, down},
                                                       {1023, 1024, down},
                                                       {1024, 1023, up},
                                                       {1024, 1025, up},
                                                       {53, 53, up}}) {
    FlowTable<int> udp;
    const auto seen = udp.see(view(build_udp(kUpV4, source, destination, {})), seconds(1));
    EXPECT_EQ(seen.direction, direction) << source << ' ' << destination;
    EXPECT_EQ(seen.flow.key.client.port, direction == up ? source : destination);
    FlowTable<int> tcp;
    const TcpFields fields{.source_port = source, .destination_port = destination, .flags = kAck};
    EXPECT_EQ(tcp.see(view(build_tcp(kUpV4, fields)), seconds(1)).direction, direction);
    FlowTable<int> syn;
    const TcpFields first{.source_port = source, .destination_port = destination, .flags = kSyn};
    EXPECT_EQ(syn.see(view(build_tcp(kUpV4, first)), seconds(1)).direction, up);
  }
}

TEST(FlowHash, DependsOnItsSeedAndNotOnTheSide) {
  const FlowKey key{kTcp, *Endpoint::parse("192.0.2.2:1"), *Endpoint::parse("198.51.100.2:2")};
  EXPECT_EQ(FlowHash{5}(key), FlowHash{5}(key.turned()));
  EXPECT_NE(FlowHash{5}(key), FlowHash{6}(key));
}

TEST(FlowTable, PushesOutTheFlowThatWasIdleLongest) {
  std::vector<std::pair<std::uint16_t, FlowEnd>> ended;
  FlowTable<int> table({.flows = 3}, 0,
                       [&](auto& flow, FlowEnd why) { ended.emplace_back(flow.key.client.port, why); });
  for (const std::uint16_t port : {std::uint16_t{1}, std::uint16_t{2}, std::uint16_t{3}})
    table.see(view(tcp_from(port)), seconds(port));
  table.see(view(tcp_back(1)), seconds(4));
  table.see(view(tcp_from(4)), seconds(5));
  EXPECT_EQ(table.size(), 3U);
  ASSERT_EQ(ended.size(), 1U);
  EXPECT_EQ(ended[0], std::pair(std::uint16_t{2}, FlowEnd::pushed_out));
}

TEST(FlowTable, HoldsAMillionFlowsAtMost) {
  EXPECT_EQ(kMaxFlows, 1'000'000U);
  EXPECT_EQ(FlowLimits().flows, 65536U);
  FlowTable<int> table({.flows = 0});
  table.see(view(tcp_from(1)), seconds(1));
  table.see(view(tcp_from(2)), seconds(1));
  EXPECT_EQ(table.size(), 1U);
}

TEST(FlowTable, EndsFlowsAtTheirTimeAndNotBefore) {
  FlowTable<int> table({.tcp_idle = seconds(480), .other_idle = seconds(120)});
  table.see(view(tcp_from(1)), seconds(0));
  table.see(view(build_udp(kUpV4, 1, 53, {})), seconds(0));
  EXPECT_EQ(table.expire(seconds(120) - Moment(1)), 0U);
  EXPECT_EQ(table.expire(seconds(120)), 1U);
  EXPECT_EQ(table.expire(seconds(480) - Moment(1)), 0U);
  EXPECT_FALSE(table.see(view(tcp_from(1)), seconds(480) - Moment(1)).is_new);
  EXPECT_EQ(table.expire(seconds(960) - Moment(1)), 1U);
}

TEST(FlowTable, BeginsAnewWhatComesAfterItsTime) {
  int ends = 0;
  FlowTable<int> table({}, 0, [&](auto&, FlowEnd why) { ends += why == FlowEnd::idle; });
  table.see(view(tcp_from(1)), seconds(0)).flow.state = 9;
  const auto again = table.see(view(tcp_from(1)), seconds(480));
  EXPECT_TRUE(again.is_new);
  EXPECT_EQ(again.flow.state, 0);
  EXPECT_EQ(ends, 1);
  table.remove(again.flow.key);
  EXPECT_EQ(table.size(), 0U);
}

TEST(FlowTable, ForgetsAllThatPassesThrough) {
  FlowTable<int> table({.flows = 100});
  for (std::uint32_t i = 0; i < 100'000; ++i)
    table.see(view(tcp_from(static_cast<std::uint16_t>(i))), Moment(i));
  EXPECT_EQ(table.size(), 100U);
  EXPECT_EQ(table.expire(seconds(1000)), 100U);
}

}  // namespace
}  // namespace rozaneh::lab
