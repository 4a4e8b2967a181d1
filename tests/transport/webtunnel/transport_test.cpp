#include "transport/webtunnel/transport.h"

#include <filesystem>
#include <fstream>

#include "io/made_certificate.h"
#include "transport/ends.h"
#include "transport/webtunnel/error.h"

namespace rozaneh::webtunnel {
namespace {

constexpr const char* kHost = "bridge.example";

// What a test gives as a file; gone with it.
class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / "rozaneh-webtunnel-XXXXXX") {
    std::string name = path_.string();
    path_ = mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(path_ / name) << content;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

struct WebTunnelTest : testing::Test {
  std::unique_ptr<transport::Transport> webtunnel = make_transport();
  Arguments plain{{"url", "http://bridge.example"}};
};

struct StandAlone : WebTunnelTest {
  Folder folder;
  io::TlsIdentity made = io::made_certificate(kHost);
  std::string authority = folder.file("chain.pem", made.chain);
  Arguments server_arguments{
      {"url", "https://bridge.example"}, {"cert", authority}, {"key", folder.file("key.pem", made.key)}};

  // What a client of this acceptor is given, and the authority.
  [[nodiscard]] Arguments for_client(const transport::Acceptor& acceptor) const {
    Arguments arguments = acceptor.client_arguments();
    arguments.add("ca", authority);
    return arguments;
  }
};

TEST_F(WebTunnelTest, ProvesItsClientsByThePath) {
  EXPECT_EQ(webtunnel->name(), "webtunnel");
  EXPECT_TRUE(webtunnel->proves_client());
}

TEST_F(WebTunnelTest, CarriesBothDirectionsAndTheirEnds) {
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 65537, 1'000'000})
    transport::expect_both_directions(*webtunnel, plain, {}, size);
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 3000})
    transport::expect_both_directions(*webtunnel, plain, {.read_limit = 1}, size);
}

void carry_both(transport::Ends& ends, std::size_t size) {
  ASSERT_TRUE(ends.client) << ends.client.error().message();
  ASSERT_TRUE(ends.server) << ends.server.error().message();
  const Buffer bytes = transport::numbered(size);
  const auto up = ends.carry(**ends.client, **ends.server, bytes);
  ASSERT_TRUE(up) << up.error().message();
  EXPECT_EQ(*up, bytes);
  const auto down = ends.carry(**ends.server, **ends.client, bytes);
  ASSERT_TRUE(down) << down.error().message();
  EXPECT_EQ(*down, bytes);
}

TEST_F(StandAlone, CarriesBothDirectionsInsideTls) {
  for (const std::size_t read_limit : {std::size_t{1} << 16, std::size_t{1}}) {
    transport::Ends ends(*webtunnel, {.read_limit = read_limit});
    const auto acceptor = ends.acceptor(server_arguments);
    ASSERT_TRUE(acceptor) << acceptor.error().message();
    const auto connector = ends.connector(for_client(**acceptor));
    ASSERT_TRUE(connector) << connector.error().message();
    ends.meet(**connector, **acceptor);
    carry_both(ends, read_limit == 1 ? 3000 : 300'000);
  }
}

io::Task<> read_once(io::Stream& stream, Result<io::Chunk>& into) {
  auto chunk = co_await stream.read();
  into = std::move(chunk);
}

struct OverHttp2 : StandAlone {
  OverHttp2() { server_arguments.add("http", "2"); }

  // The two ends, met; null where they did not.
  struct Pair {
    std::unique_ptr<transport::Acceptor> acceptor;
    std::unique_ptr<transport::Connector> connector;
  };
  Pair meet(transport::Ends& ends) {
    Pair pair;
    ends.test.leaves_rest = true;
    auto acceptor = ends.acceptor(server_arguments);
    EXPECT_TRUE(acceptor) << acceptor.error().message();
    pair.acceptor = std::move(*acceptor);
    auto connector = ends.connector(for_client(*pair.acceptor));
    EXPECT_TRUE(connector) << connector.error().message();
    pair.connector = std::move(*connector);
    ends.meet(*pair.connector, *pair.acceptor);
    return pair;
  }
};

TEST_F(OverHttp2, CarriesBothDirectionsAndTheirEnds) {
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 16375, 16376, 65536, 1'000'000}) {
    transport::Ends ends(*webtunnel);
    const Pair pair = meet(ends);
    carry_both(ends, size);
  }
  transport::Ends ends(*webtunnel, {.read_limit = 1});
  const Pair pair = meet(ends);
  carry_both(ends, 3000);
}

TEST_F(OverHttp2, TellsClients) {
  transport::Ends ends(*webtunnel);
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  EXPECT_EQ((*acceptor)->client_arguments().get("http"), "2");
}

TEST_F(OverHttp2, AnAbortOfTheClientReachesTheServer) {
  transport::Ends ends(*webtunnel);
  const Pair pair = meet(ends);
  ASSERT_TRUE(ends.client) << ends.client.error().message();
  ASSERT_TRUE(ends.server) << ends.server.error().message();
  ends.client->reset();
  Result<io::Chunk> received;
  ends.test.spawn(read_once(**ends.server, received));
  ends.run();
  EXPECT_FALSE(received);
}

TEST_F(OverHttp2, AnAbortOfTheServerReachesTheClient) {
  transport::Ends ends(*webtunnel);
  const Pair pair = meet(ends);
  ASSERT_TRUE(ends.client) << ends.client.error().message();
  ASSERT_TRUE(ends.server) << ends.server.error().message();
  ends.server->reset();
  Result<io::Chunk> received;
  ends.test.spawn(read_once(**ends.client, received));
  ends.run();
  ASSERT_FALSE(received);
  EXPECT_TRUE(received.error().is(WebTunnelError::reset)) << received.error().message();
}

TEST_F(OverHttp2, AnotherPathMeetsTheSite) {
  transport::Ends ends(*webtunnel);
  ends.test.leaves_rest = true;
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  const auto connector =
      ends.connector({{"url", "https://bridge.example/another-path"}, {"ca", authority}, {"http", "2"}});
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  ASSERT_FALSE(ends.client);
  EXPECT_EQ(ends.client.error().message(),
            "webtunnel: the web server does not know this path: is the link right? (status 400: as of a web "
            "server that carries no WebTunnel over HTTP/2)");
  ASSERT_FALSE(ends.server);
  EXPECT_TRUE(ends.server.error().is(WebTunnelError::stranger)) << ends.server.error().message();
}

TEST_F(OverHttp2, ClientTakesHttp1WhereTheServerHasNoOther) {
  transport::Ends ends(*webtunnel);
  ends.test.leaves_rest = true;
  const auto acceptor = ends.acceptor({{"url", "https://bridge.example"},
                                       {"cert", authority},
                                       {"key", std::string(*server_arguments.get("key"))}});
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  Arguments arguments = for_client(**acceptor);
  arguments.add("http", "2");
  const auto connector = ends.connector(arguments);
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  carry_both(ends, 100'000);
}

TEST_F(OverHttp2, ServerTakesClientsOfHttp1Too) {
  transport::Ends ends(*webtunnel);
  ends.test.leaves_rest = true;
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  const auto connector =
      ends.connector({{"url", std::string(*(*acceptor)->client_arguments().get("url"))}, {"ca", authority}});
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  carry_both(ends, 100'000);
}

TEST_F(StandAlone, ClientCanSayHelloAsOpensslDoes) {
  transport::Ends ends(*webtunnel);
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  Arguments arguments = for_client(**acceptor);
  arguments.add("hello", "openssl");
  const auto connector = ends.connector(arguments);
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  carry_both(ends, 1000);
}

TEST_F(StandAlone, ClientRefusesACertificateForAnotherName) {
  transport::Ends ends(*webtunnel);
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  Arguments arguments = for_client(**acceptor);
  arguments.add("servername", "other.example");
  const auto connector = ends.connector(arguments);
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  ASSERT_FALSE(ends.client);
  EXPECT_TRUE(ends.client.error().is(WebTunnelError::handshake)) << ends.client.error().message();
  EXPECT_FALSE(ends.server);
}

TEST_F(StandAlone, ClientRefusesAnUnknownAuthority) {
  transport::Ends ends(*webtunnel);
  const auto acceptor = ends.acceptor(server_arguments);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  const auto connector = ends.connector((*acceptor)->client_arguments());
  ASSERT_TRUE(connector) << connector.error().message();
  ends.meet(**connector, **acceptor);
  ASSERT_FALSE(ends.client);
  EXPECT_TRUE(ends.client.error().is(WebTunnelError::handshake)) << ends.client.error().message();
}

TEST_F(WebTunnelTest, ClientWithAnotherPathMeetsTheSite) {
  transport::Ends ends(*webtunnel);
  const auto acceptor = ends.acceptor(plain);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  const auto connector = ends.connector({{"url", "http://bridge.example/another-path"}});
  ends.meet(**connector, **acceptor);
  ASSERT_FALSE(ends.client);
  EXPECT_TRUE(ends.client.error().is(WebTunnelError::refused)) << ends.client.error().message();
  ASSERT_FALSE(ends.server);
  EXPECT_TRUE(ends.server.error().is(WebTunnelError::stranger)) << ends.server.error().message();
}

TEST_F(WebTunnelTest, DrawsAPathOnceAndKeepsIt) {
  transport::Ends ends(*webtunnel);
  const auto first = ends.acceptor(plain);
  ASSERT_TRUE(first) << first.error().message();
  const auto again = ends.acceptor(plain);
  ASSERT_TRUE(again) << again.error().message();
  const std::string url((*first)->client_arguments().get("url").value());
  EXPECT_EQ(url.size(), std::string("http://bridge.example/").size() + 32);
  EXPECT_EQ(url, (*again)->client_arguments().get("url"));
  EXPECT_EQ((*first)->server(), (*again)->server());
  transport::Ends others(*webtunnel);
  const auto other = others.acceptor(plain);
  ASSERT_TRUE(other) << other.error().message();
  EXPECT_NE(url, (*other)->client_arguments().get("url"));
}

TEST_F(WebTunnelTest, TellsClientsTheUrlThatWasGiven) {
  transport::Ends ends(*webtunnel);
  const Arguments given{{"url", "https://bridge.example/front-path"},
                        {"path", "/path-behind-the-front"},
                        {"servername", "front.example"}};
  const auto acceptor = ends.acceptor(given);
  ASSERT_TRUE(acceptor) << acceptor.error().message();
  const Arguments expected{
      {"url", "https://bridge.example/front-path"}, {"ver", "0.0.2"}, {"servername", "front.example"}};
  EXPECT_EQ((*acceptor)->client_arguments(), expected);
}

TEST_F(WebTunnelTest, RefusesWrongArgumentsOfAServer) {
  const Arguments wrong[] = {
      {},
      {{"url", "bridge.example"}},
      {{"url", "https://bridge.example/short"}},
      {{"url", "https://bridge.example/long-enough-a-path?query"}},
      {{"url", "https://bridge.example"}, {"path", "/short"}},
      {{"url", "https://bridge.example"}, {"path", "without-a-slash-in-front"}},
      {{"url", "https://bridge.example"}, {"cert", "/nowhere"}},
      {{"url", "https://bridge.example"}, {"cert", "/nowhere"}, {"key", "/nowhere"}},
      {{"url", "https://bridge.example"}, {"site", "somewhere"}},
      {{"url", "https://bridge.example"}, {"http", "3"}},
  };
  for (const Arguments& arguments : wrong) {
    transport::Ends ends(*webtunnel);
    EXPECT_FALSE(ends.acceptor(arguments));
  }
}

TEST_F(WebTunnelTest, RefusesWrongArgumentsOfAClient) {
  const Arguments wrong[] = {
      {},
      {{"url", "bridge.example"}},
      {{"url", "https://bridge.example/x"}, {"servername", "a b"}},
      {{"url", "https://bridge.example/x"}, {"ca", "/nowhere"}},
      {{"url", "https://bridge.example/x"}, {"hello", "safari"}},
      {{"url", "https://bridge.example/x"}, {"http", "3"}},
      {{"url", "http://bridge.example/x"}, {"http", "2"}},
  };
  for (const Arguments& arguments : wrong) {
    transport::Ends ends(*webtunnel);
    EXPECT_FALSE(ends.connector(arguments));
  }
}

TEST_F(WebTunnelTest, RefusesAStateThatItCannotUnderstand) {
  for (const std::string text :
       {"", "[]", "{}", R"({"path": 1, "site-installed": 1})", R"({"path": "/short", "site-installed": 1})",
        R"({"path": "/long enough but with spaces", "site-installed": 1})"}) {
    transport::Ends ends(*webtunnel);
    ASSERT_TRUE(ends.server_state.write("webtunnel_state.json", bytes_of(text)));
    const auto acceptor = ends.acceptor(plain);
    ASSERT_FALSE(acceptor) << text;
    EXPECT_TRUE(acceptor.error().is(transport::SetupError::state)) << acceptor.error().message();
  }
}

// Notes what it is asked for, and dials nothing.
class NotingDialer final : public io::Dialer {
 public:
  io::Task<Result<io::StreamPtr>> dial(const Target& target) override {
    asked = "any " + target.to_string();
    co_return fail(WebTunnelError::late);
  }
  io::Task<Result<io::StreamPtr>> dial_public(const Target& target) override {
    asked = "public " + target.to_string();
    co_return fail(WebTunnelError::late);
  }
  std::string asked;
};

io::Task<> open(transport::Ends& ends, transport::Connector& connector, io::Dialer& dialer) {
  const Target server("2001:db8::1", 443);
  ends.client = co_await connector.open(ends.test.loop, dialer, server);
}

TEST_F(WebTunnelTest, DialsTheUrlsHostAndNotTheBridgeLinesAddress) {
  const std::pair<Arguments, std::string> cases[] = {
      {{{"url", "https://bridge.example/x"}}, "public bridge.example:443"},
      {{{"url", "http://bridge.example:8080/x"}}, "public bridge.example:8080"},
      {{{"url", "https://bridge.example/x"}, {"servername", "front.example"}}, "public bridge.example:443"},
      {{{"url", "https://bridge.example/x"}, {"allow-private", "1"}}, "any bridge.example:443"},
  };
  for (const auto& [arguments, expected] : cases) {
    transport::Ends ends(*webtunnel);
    const auto connector = ends.connector(arguments);
    ASSERT_TRUE(connector) << connector.error().message();
    NotingDialer dialer;
    ends.test.spawn(open(ends, **connector, dialer));
    ends.run();
    EXPECT_EQ(dialer.asked, expected);
  }
}

}  // namespace
}  // namespace rozaneh::webtunnel
