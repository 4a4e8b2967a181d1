#include "pt/environment.h"

#include <gtest/gtest.h>

#include <map>

namespace rozaneh::pt {
namespace {

using Map = std::map<std::string, std::string>;

Variables lookup(Map map) {
  return [map = std::move(map)](const std::string& name) -> std::optional<std::string> {
    const auto found = map.find(name);
    if (found == map.end()) return std::nullopt;
    return found->second;
  };
}

Map client(Map changes = {}) {
  changes.insert({{"TOR_PT_STATE_LOCATION", "/state"}, {"TOR_PT_CLIENT_TRANSPORTS", "obfs4,obfs3"}});
  return changes;
}

Map server(Map changes = {}) {
  changes.insert({{"TOR_PT_STATE_LOCATION", "/state"},
                  {"TOR_PT_SERVER_TRANSPORTS", "obfs4,obfs3"},
                  {"TOR_PT_SERVER_BINDADDR", "obfs4-192.0.2.1:443,obfs3-[2001:db8::1]:80"},
                  {"TOR_PT_ORPORT", "127.0.0.1:9001"}});
  return changes;
}

TEST(PtEnvironment, AClientsIsRead) {
  const auto read = read_environment(lookup(client({{"TOR_PT_PROXY", "socks5://192.0.2.9:1080"},
                                                    {"TOR_PT_EXIT_ON_STDIN_CLOSE", "1"},
                                                    {"TOR_PT_OUTBOUND_BIND_ADDRESS_V4", "192.0.2.2"},
                                                    {"TOR_PT_OUTBOUND_BIND_ADDRESS_V6", "[2001:db8::2]"}})));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->state, "/state");
  EXPECT_TRUE(read->exit_on_stdin_close);
  EXPECT_EQ(read->source_v4, IpAddress::parse("192.0.2.2"));
  EXPECT_EQ(read->source_v6, IpAddress::parse("2001:db8::2"));
  const ClientOrder expected{.transports = {"obfs4", "obfs3"},
                             .proxy = UpstreamProxy{.kind = UpstreamProxy::Kind::socks5,
                                                    .address = *Endpoint::parse("192.0.2.9:1080"),
                                                    .credentials = std::nullopt}};
  EXPECT_EQ(std::get<ClientOrder>(read->order), expected);
}

TEST(PtEnvironment, AServersIsRead) {
  const auto read =
      read_environment(lookup(server({{"TOR_PT_EXTENDED_SERVER_PORT", "127.0.0.1:9002"},
                                      {"TOR_PT_AUTH_COOKIE_FILE", "/cookie"},
                                      {"TOR_PT_SERVER_TRANSPORT_OPTIONS", "obfs3:a=b;unknown:c=d"}})));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_FALSE(read->exit_on_stdin_close);
  const ServerOrder expected{
      .transports = {{.name = "obfs4", .listen = *Endpoint::parse("192.0.2.1:443"), .options = {}},
                     {.name = "obfs3",
                      .listen = *Endpoint::parse("[2001:db8::1]:80"),
                      .options = {{"a", "b"}}}},
      .or_port = Endpoint::parse("127.0.0.1:9001"),
      .extended = ExtendedOrPort{.address = *Endpoint::parse("127.0.0.1:9002"), .cookie = "/cookie"}};
  EXPECT_EQ(std::get<ServerOrder>(read->order), expected);
}

TEST(PtEnvironment, ATransportWithoutAnAddressListensEverywhere) {
  const auto read = read_environment(lookup(server({{"TOR_PT_SERVER_BINDADDR", "obfs4-192.0.2.1:443"}})));
  ASSERT_TRUE(read);
  EXPECT_EQ(std::get<ServerOrder>(read->order).transports[1].listen, Endpoint());
}

TEST(PtEnvironment, AnEmptyVariableIsNotSet) {
  const auto read = read_environment(lookup(
      server({{"TOR_PT_EXTENDED_SERVER_PORT", ""}, {"TOR_PT_CLIENT_TRANSPORTS", ""}, {"TOR_PT_PROXY", ""}})));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_FALSE(std::get<ServerOrder>(read->order).extended);
}

TEST(PtEnvironment, OnlyTheNumberOneAsksToEndWithStdin) {
  for (const char* value : {"", "0", "11", "yes"}) {
    const auto read = read_environment(lookup(client({{"TOR_PT_EXIT_ON_STDIN_CLOSE", value}})));
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->exit_on_stdin_close) << value;
  }
}

TEST(PtEnvironment, EachFailureHasItsLine) {
  struct Row {
    Map variables;
    std::string_view line;
    std::string_view names;
  };
  const std::vector<Row> rows = {
      {{}, "ENV-ERROR ", "TOR_PT_STATE_LOCATION"},
      {{{"TOR_PT_STATE_LOCATION", "/state"}}, "ENV-ERROR ", "TOR_PT_CLIENT_TRANSPORTS"},
      {client({{"TOR_PT_SERVER_TRANSPORTS", "obfs4"}}), "ENV-ERROR ", "both"},
      {client({{"TOR_PT_CLIENT_TRANSPORTS", "obfs4,"}}), "ENV-ERROR ", "transports"},
      {client({{"TOR_PT_PROXY", "gopher://192.0.2.1:70"}}), "PROXY-ERROR ", "proxy"},
      {client({{"TOR_PT_OUTBOUND_BIND_ADDRESS_V4", "2001:db8::1"}}), "ENV-ERROR ", "ADDRESS_V4"},
      {client({{"TOR_PT_OUTBOUND_BIND_ADDRESS_V6", "192.0.2.1"}}), "ENV-ERROR ", "ADDRESS_V6"},
      {server({{"TOR_PT_ORPORT", ""}}), "ENV-ERROR ", "TOR_PT_ORPORT"},
      {server({{"TOR_PT_ORPORT", "9001"}}), "ENV-ERROR ", "TOR_PT_ORPORT"},
      {server({{"TOR_PT_EXTENDED_SERVER_PORT", "here"}}), "ENV-ERROR ", "TOR_PT_EXTENDED_SERVER_PORT"},
      {server({{"TOR_PT_EXTENDED_SERVER_PORT", "127.0.0.1:1"}}), "ENV-ERROR ", "TOR_PT_AUTH_COOKIE_FILE"},
      {server({{"TOR_PT_SERVER_BINDADDR", "obfs4:443"}}), "ENV-ERROR ", "TOR_PT_SERVER_BINDADDR"},
      {server({{"TOR_PT_SERVER_TRANSPORT_OPTIONS", "obfs4:="}}), "ENV-ERROR ", "TRANSPORT_OPTIONS"}};
  for (const Row& row : rows) {
    const auto read = read_environment(lookup(row.variables));
    ASSERT_FALSE(read) << row.names;
    const std::string line = refusal(read.error());
    EXPECT_TRUE(line.starts_with(row.line)) << line;
    EXPECT_TRUE(line.contains(row.names)) << line;
    EXPECT_TRUE(line.ends_with("\n") && line.find('\n') == line.size() - 1) << line;
  }
}

TEST(PtEnvironment, TheVersionIsCheckedFirst) {
  EXPECT_TRUE(check_version(lookup({{"TOR_PT_MANAGED_TRANSPORT_VER", "1"}})));
  EXPECT_TRUE(check_version(lookup({{"TOR_PT_MANAGED_TRANSPORT_VER", "3,2,1"}})));
  const auto other = check_version(lookup({{"TOR_PT_MANAGED_TRANSPORT_VER", "10"}}));
  ASSERT_FALSE(other);
  EXPECT_EQ(refusal(other.error()), "VERSION-ERROR no-version\n");
  const auto missing = check_version(lookup({}));
  ASSERT_FALSE(missing);
  EXPECT_TRUE(refusal(missing.error()).starts_with("ENV-ERROR "));
}

}  // namespace
}  // namespace rozaneh::pt
