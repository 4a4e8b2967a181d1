// Punishment of later traffic.
#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

std::string esni(const std::string& residual) {
  return "sees = { what = 'tls-client-hello', extensions = [0xffce] }\ndrops = 'up'\nresidual = " + residual;
}

void trigger(Path& path) {
  Tcp tcp(path);
  tcp.open();
  EXPECT_FALSE(tcp.up(hello_for("a.example", tls::extension_of(0xffce, Buffer(4)))));
}

TEST(Residual, LastsFor180SecondsExactly) {
  for (const double scale : {1.0, 15.0}) {
    Path path(rule(esni("{ lasts = 180 }")), {.scale = scale});
    path.now = seconds(5);
    trigger(path);
    const Moment lasts = Moment(seconds(180)) / static_cast<int>(scale);
    path.now = seconds(5) + lasts - Moment(1);
    EXPECT_FALSE(Tcp(path, 41000).syn());
    path.now += Moment(1);
    EXPECT_TRUE(Tcp(path, 41000).syn());
  }
}

TEST(Residual, GoesOnOnlyIfItRestarts) {
  for (const bool restarts : {false, true}) {
    Path path(rule(esni(restarts ? "{ lasts = 180, restarts = true }" : "{ lasts = 180 }")));
    trigger(path);
    path.now = seconds(179);
    EXPECT_FALSE(Tcp(path, 41000).syn());
    path.now = seconds(179 + 180) - Moment(1);
    EXPECT_EQ(Tcp(path, 42000).syn(), !restarts);
    path.now = seconds(179 + 180 + 180);
    EXPECT_TRUE(Tcp(path, 43000).syn());
  }
}

TEST(Residual, IsRestartedOnlyByWhatItStops) {
  Path path(rule(esni("{ lasts = 180, restarts = true }")));
  Tcp other(path, 41000);
  other.open();
  trigger(path);
  path.now = seconds(170);
  EXPECT_TRUE(other.down("x"));  // it drops what goes up
  path.now = seconds(180);
  EXPECT_TRUE(other.up("x"));
}

struct Other {
  std::string_view what;
  std::uint16_t client_port;
  Endpoint server;
  IpAddress client;
};

// Which SYNs are stopped after a trigger from 192.0.2.2:40000 to 198.51.100.2:443.
std::string stopped(const std::string& tuple) {
  const IpAddress client = address("192.0.2.2");
  const IpAddress server = address("198.51.100.2");
  const std::vector<Other> others = {{"same", 40000, {server, 443}, client},
                                     {"port", 40001, {server, 443}, client},
                                     {"server's port", 40000, {server, 80}, client},
                                     {"client", 40000, {server, 443}, address("192.0.2.3")},
                                     {"both ports", 40001, {server, 80}, client},
                                     {"client, server's port", 40000, {server, 80}, address("192.0.2.3")},
                                     {"server", 40000, {address("198.51.100.3"), 443}, client}};
  std::string all;
  for (const Other& each : others) {
    Path path(rule(esni("{ lasts = 180, tuple = '" + tuple + "' }")));
    trigger(path);
    if (!Tcp(path, each.client_port, each.server, each.client).syn()) all.append(each.what).append("; ");
  }
  return all;
}

TEST(Residual, HoldsForWhoeverSharesItsTuple) {
  EXPECT_EQ(stopped("flow"), "same; ");
  EXPECT_EQ(stopped("client-server-port"), "same; port; ");
  EXPECT_EQ(stopped("client-server"), "same; port; server's port; both ports; ");
  EXPECT_EQ(stopped("server-port"), "same; port; client; ");
  EXPECT_EQ(stopped("server"), "same; port; server's port; client; both ports; client, server's port; ");
}

TEST(Residual, OfAddressesStopsOtherProtocolsToo) {
  for (const bool ports : {false, true}) {
    Path path(rule(esni(ports ? "{ lasts = 180 }" : "{ lasts = 180, tuple = 'client-server' }")));
    trigger(path);
    EXPECT_EQ(udp_up(path, bytes_of("x"), 443), ports);
  }
}

TEST(Residual, AnswersDataWithTheSamePacketsWhereNothingIsDropped) {
  Path path(
      rule("sees = { what = 'tls-client-hello', names = ['.listed.example'] }\n"
           "inject = [{ to = 'client', flags = 'rst' }]\nresidual = { lasts = 180 }"));
  Tcp tcp(path);
  tcp.open();
  EXPECT_TRUE(tcp.up(hello_for("www.listed.example")));
  EXPECT_EQ(path.out.size(), 1U);
  Tcp later(path, 41000);
  EXPECT_TRUE(later.syn());
  EXPECT_EQ(path.out.size(), 0U);
  later.syn_ack(), later.ack();
  EXPECT_TRUE(later.up("anything"));
  ASSERT_EQ(path.out.size(), 1U);
  EXPECT_EQ(path.out[0].to, Side::client);
  path.now = seconds(180);
  later.up("anything");
  EXPECT_EQ(path.out.size(), 0U);
}

TEST(Residual, StopsThePartOfLaterConnectionsThatItsProbabilitySays) {
  Path path(rule(esni("{ lasts = 180, probability = 0.6 }")));
  trigger(path);
  int stopped = 0;
  for (std::uint16_t i = 0; i < 4000; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(41000 + i));
    const bool first = tcp.syn();
    EXPECT_EQ(Tcp(path, static_cast<std::uint16_t>(41000 + i)).syn(), first)
        << "a repeated SYN is no new chance";
    stopped += first ? 0 : 1;
  }
  EXPECT_NEAR(stopped, 2400, 5 * 31);  // sqrt(4000 * 0.6 * 0.4)
}

TEST(Residual, PunishesNoMoreThanAHundredThousandAtOnce) {
  Residuals residuals;
  const Residual::Tuple residual = Residual::Tuple::flow;
  FlowKey flow{
      .protocol = kTcp, .client = {address("192.0.2.2"), 0}, .server = {address("198.51.100.2"), 443}};
  for (unsigned i = 0; i < 150'000; ++i) {
    flow.server.port = static_cast<std::uint16_t>(i / 50'000);
    flow.client.port = static_cast<std::uint16_t>(i % 50'000);
    residuals.begin(0, residual, flow, seconds(10));
  }
  EXPECT_TRUE(residuals.holds(0, residual, flow, seconds(9)));
  unsigned held = 0;
  for (unsigned i = 0; i < 150'000; ++i) {
    flow.server.port = static_cast<std::uint16_t>(i / 50'000);
    flow.client.port = static_cast<std::uint16_t>(i % 50'000);
    held += residuals.holds(0, residual, flow, seconds(9)) ? 1U : 0U;
  }
  EXPECT_EQ(held, 100'000U);
  EXPECT_TRUE(residuals.any(seconds(9)));
  EXPECT_FALSE(residuals.any(seconds(10))) << "and forgets what is over";
}

}  // namespace
}  // namespace rozaneh::lab
