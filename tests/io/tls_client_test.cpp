// Our client against our server, in memory, with Chromium's hello and with OpenSSL's.
#include "io/tls_client.h"

#include "io/made_certificate.h"
#include "io/memory_stream.h"
#include "io/peers.h"
#include "io/run.h"

namespace rozaneh::io {
namespace {

constexpr const char* kName = "server.example";

const TlsIdentity& identity() {
  static const TlsIdentity made = made_certificate(kName);
  return made;
}

struct TlsClientTest : testing::TestWithParam<TlsClient::Hello> {
  TlsClientTest() {
    trusting.authorities = identity().chain;
    trusting.hello = GetParam();
  }

  Task<> serve(StreamPtr raw, TlsServer& with) {
    auto accepted = co_await with.accept(test.loop, std::move(raw));
    if (accepted) server = std::move(*accepted);
  }
  Task<> connect(StreamPtr raw, const TlsClient& with, std::string host) {
    client = co_await with.connect(test.loop, std::move(raw), host);
  }

  // What both hold afterwards: streams, or the client's failure.
  void meet(const TlsClient::Options& options, const std::string& host = kName,
            std::size_t read_limit = 1 << 16) {
    auto with = TlsClient::make(options);
    ASSERT_TRUE(with) << with.error().message();
    TlsServerOptions offered;
    offered.alpn = protocols;
    auto accepting = TlsServer::make({identity()}, offered);
    ASSERT_TRUE(accepting) << accepting.error().message();
    auto [here, there] = memory_streams(test.loop, {.read_limit = read_limit});
    test.spawn(serve(std::move(there), *accepting));
    test.spawn(connect(std::move(here), *with, host));
    run();
  }
  void run() {
    test.run();
    test.loop.executor().context().restart();
  }

  Task<> send(Stream& stream, Bytes bytes) {
    const auto written = co_await stream.write(bytes);
    EXPECT_TRUE(written);
    const auto finished = co_await stream.finish();
    EXPECT_TRUE(finished);
  }
  Task<> receive(Stream& stream, Buffer& into) {
    for (;;) {
      const auto chunk = co_await stream.read();
      EXPECT_TRUE(chunk) << chunk.error().message();
      if (!chunk || chunk->empty()) co_return;
      append(into, chunk->bytes());
    }
  }

  TestLoop test;
  TlsClient::Options trusting;
  std::vector<std::string> protocols;  // of the server
  std::unique_ptr<TlsStream> server;
  Result<std::unique_ptr<TlsClientStream>> client = nullptr;
};

TEST_P(TlsClientTest, CarriesMuchBothWaysAtOnceAndEachEndByItself) {
  for (const std::size_t read_limit : {std::size_t{1} << 16, std::size_t{1000}}) {
    meet(trusting, kName, read_limit);
    ASSERT_TRUE(client) << client.error().message();
    ASSERT_TRUE(server);
    const Buffer up = numbered(2'000'000);
    const Buffer down = numbered(1'234'567);
    Buffer got_up;
    Buffer got_down;
    test.spawn(send(**client, up));
    test.spawn(send(*server, down));
    test.spawn(receive(*server, got_up));
    test.spawn(receive(**client, got_down));
    run();
    EXPECT_EQ(got_up, up);
    EXPECT_EQ(got_down, down);
  }
}

TEST_P(TlsClientTest, LeavesTheOtherDirectionOpenAfterItsOwnEnd) {
  meet(trusting);
  ASSERT_TRUE(client) << client.error().message();
  Buffer got;
  test.spawn(send(**client, Bytes()));
  test.spawn(receive(*server, got));
  run();
  EXPECT_TRUE(got.empty());
  const Buffer down = numbered(100'000);
  test.spawn(send(*server, down));
  test.spawn(receive(**client, got));
  run();
  EXPECT_EQ(got, down);
}

TEST_P(TlsClientTest, SendsTheNameThatItAsksFor) {
  meet(trusting);
  ASSERT_TRUE(server);
  EXPECT_EQ(server->server_name(), kName);
}

TEST_P(TlsClientTest, SendsNoAddressAsAName) {
  trusting.verify = false;
  meet(trusting, "192.0.2.1");
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_EQ(server->server_name(), "");
}

TEST_P(TlsClientTest, AgreesOnTheProtocolThatBothHave) {
  meet(trusting);
  ASSERT_TRUE(client) << client.error().message();
  EXPECT_EQ((*client)->alpn(), "");
  protocols = {"h2", "http/1.1"};
  for (const auto& [offered, chosen] :
       std::initializer_list<std::pair<std::vector<std::string>, std::string>>{{{"http/1.1"}, "http/1.1"},
                                                                               {{"h2", "http/1.1"}, "h2"}}) {
    trusting.alpn = offered;
    meet(trusting);
    ASSERT_TRUE(client) << client.error().message();
    EXPECT_EQ((*client)->alpn(), chosen);
    EXPECT_EQ(server->alpn(), chosen);
  }
}

TEST_P(TlsClientTest, RefusesACertificateForAnotherName) {
  meet(trusting, "other.example");
  ASSERT_FALSE(client);
  EXPECT_NE(client.error().message().find("certificate"), std::string::npos) << client.error().message();
  EXPECT_FALSE(server);
}

TEST_P(TlsClientTest, RefusesAnAddressThatTheCertificateDoesNotName) {
  meet(trusting, "192.0.2.1");
  EXPECT_FALSE(client);
}

TEST_P(TlsClientTest, RefusesAnAuthorityThatItDoesNotTrust) {
  const TlsIdentity other = made_certificate(kName);
  trusting.authorities = other.chain;
  meet(trusting);
  EXPECT_FALSE(client);
  trusting.authorities = {};  // those of the system
  meet(trusting);
  EXPECT_FALSE(client);
}

TEST_P(TlsClientTest, TakesAnyCertificateWhereItIsToldTo) {
  trusting.verify = false;
  meet(trusting, "other.example");
  EXPECT_TRUE(client);
}

TEST_P(TlsClientTest, RefusesOptionsThatAreNone) {
  trusting.authorities = "no certificate";
  EXPECT_FALSE(TlsClient::make(trusting));
  trusting.authorities = identity().chain;
  trusting.alpn = {""};
  EXPECT_FALSE(TlsClient::make(trusting));
  trusting.alpn = {std::string(256, 'x')};
  EXPECT_FALSE(TlsClient::make(trusting));
}

TEST_P(TlsClientTest, FailsWhereThePeerDoesNotSpeakTls) {
  const auto with = TlsClient::make(trusting);
  auto [here, there] = memory_streams(test.loop);
  test.spawn(connect(std::move(here), *with, kName));
  test.spawn(send(*there, bytes_of("HTTP/1.1 400 Bad Request\r\n\r\n")));
  run();
  EXPECT_FALSE(client);
}

TEST_P(TlsClientTest, FailsWhereThePeerGoesInTheHandshake) {
  const auto with = TlsClient::make(trusting);
  auto [here, there] = memory_streams(test.loop);
  test.spawn(connect(std::move(here), *with, kName));
  test.spawn(send(*there, Bytes()));
  run();
  EXPECT_FALSE(client);
}

std::string name_of(const testing::TestParamInfo<TlsClient::Hello>& hello) {
  return hello.param == TlsClient::Hello::chromium ? "Chromium" : "Openssl";
}
INSTANTIATE_TEST_SUITE_P(WithTheHelloOf, TlsClientTest,
                         testing::Values(TlsClient::Hello::chromium, TlsClient::Hello::openssl), name_of);

}  // namespace
}  // namespace rozaneh::io
