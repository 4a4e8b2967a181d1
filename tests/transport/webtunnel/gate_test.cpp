#include "transport/webtunnel/gate.h"

#include "io/memory_stream.h"
#include "io/run.h"

namespace rozaneh::webtunnel {
namespace {

struct Recorded final : Guests {
  io::Task<> welcome(io::Loop& /*loop*/, io::StreamPtr given, Buffer behind,
                     std::optional<IpAddress> who) override {
    stream = std::move(given);
    early = std::move(behind);
    from = who;
    co_return;
  }
  io::StreamPtr stream;
  Buffer early;
  std::optional<IpAddress> from;
};

constexpr const char* kPath = "/abcdefghijklmnop";

site::Request request_for(std::string target) {
  site::Request request;
  request.method = "GET";
  request.path = target.substr(0, target.find('?'));
  request.target = std::move(target);
  request.version = site::Version::http11;
  request.fields = {{"Host", "a.example"}, {"Connection", "upgrade"}, {"Upgrade", "websocket"}};
  return request;
}

TEST(WebTunnelGate, WantsTheSecretPathAlone) {
  Recorded guests;
  const Gate gate(kPath, guests);
  EXPECT_TRUE(gate.wants(request_for(kPath)));
  EXPECT_TRUE(gate.wants(request_for(std::string(kPath) + "?x=1")));
  for (const char* other :
       {"/", "", "/abcdefghijklmno", "/abcdefghijklmnopq", "/abcdefghijklmnop/", "//abcdefghijklmnop",
        "/Abcdefghijklmnop", "/%61bcdefghijklmnop", "?/abcdefghijklmnop"})
    EXPECT_FALSE(gate.wants(request_for(other))) << other;
}

TEST(WebTunnelGate, WantsUpgradesToWebSocketOfHttp11Only) {
  Recorded guests;
  const Gate gate(kPath, guests);
  auto request = request_for(kPath);
  request.fields = {{"connection", "keep-alive, Upgrade"}, {"upgrade", "WebSocket"}};
  EXPECT_TRUE(gate.wants(request));
  const std::vector<std::vector<site::Field>> others = {
      {},
      {{"Connection", "upgrade"}},
      {{"Upgrade", "websocket"}},
      {{"Connection", "close"}, {"Upgrade", "websocket"}},
      {{"Connection", "upgrade"}, {"Upgrade", "h2c"}},
      {{"Connection", "upgraded"}, {"Upgrade", "websocket"}},
      {{"Connection", ""}, {"Upgrade", ""}},
  };
  for (const auto& fields : others) {
    request.fields = fields;
    EXPECT_FALSE(gate.wants(request));
  }
  request = request_for(kPath);
  request.method = "POST";
  EXPECT_FALSE(gate.wants(request));
  request = request_for(kPath);
  request.version = site::Version::http10;
  EXPECT_FALSE(gate.wants(request));
}

site::Request extended_connect(std::string target) {
  site::Request request;
  request.method = "CONNECT";
  request.target = std::move(target);
  request.protocol = "websocket";
  request.version = site::Version::http2;
  return request;
}

TEST(WebTunnelGate, WantsExtendedConnectsToWebSocketOfHttp2) {
  Recorded guests;
  const Gate gate(kPath, guests);
  EXPECT_TRUE(gate.wants(extended_connect(kPath)));
  EXPECT_TRUE(gate.may_extend(extended_connect(kPath)));
  EXPECT_FALSE(gate.wants(extended_connect("/another-path-of-that-length")));
  EXPECT_FALSE(gate.may_extend(extended_connect("/another-path-of-that-length")));
  auto request = extended_connect(kPath);
  request.protocol = "connect-udp";
  EXPECT_FALSE(gate.wants(request));
  request = extended_connect(kPath);
  request.method = "GET";
  EXPECT_FALSE(gate.wants(request));
  EXPECT_FALSE(gate.may_extend(request));
  request = extended_connect(kPath);
  request.version = site::Version::http11;
  EXPECT_FALSE(gate.wants(request));
  EXPECT_FALSE(gate.may_extend(request));
}

struct Taking : testing::Test {
  io::TestLoop test;
  std::pair<io::StreamPtr, io::StreamPtr> ends = io::memory_streams(test.loop);
  Recorded guests;
  Gate gate{kPath, guests};
  Buffer answer;

  io::Task<> read_answer() {
    const auto chunk = co_await ends.first->read();
    if (chunk) append(answer, chunk->bytes());
  }
  io::Task<> let_go() {
    EXPECT_TRUE(guests.stream);
    guests.stream.reset();
    co_return;
  }
  void take(site::Request request, Buffer early) {
    test.spawn(gate.take(test.loop, std::move(request), std::move(ends.second), std::move(early)));
    test.spawn(read_answer());
    test.run();
  }
};

TEST_F(Taking, AnswersAsTheFieldsServerAndLosesNothing) {
  const Buffer early = {1, 2, 3};
  take(request_for(kPath), early);
  EXPECT_EQ(text_of(answer),
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n");
  EXPECT_TRUE(guests.stream);
  EXPECT_EQ(guests.early, early);
  EXPECT_FALSE(guests.from);
}

TEST_F(Taking, AnswersTheKeyOfAWebSocketAsRfc6455Has) {
  auto request = request_for(kPath);
  request.fields.push_back({"Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="});  // of its section 1.3
  take(std::move(request), {});
  EXPECT_EQ(text_of(answer),
            "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n");
}

TEST_F(Taking, AnswersNothingInHttp2WhereTheSiteHas) {
  test.spawn(gate.take(test.loop, extended_connect(kPath), std::move(ends.second), {}));
  test.spawn(read_answer());
  test.spawn(let_go());
  test.run();
  EXPECT_TRUE(answer.empty());
}

TEST_F(Taking, ReadsTheFirstAddressOfXForwardedFor) {
  auto request = request_for(kPath);
  request.fields.push_back({"X-Forwarded-For", "192.0.2.7, 198.51.100.1"});
  take(std::move(request), {});
  ASSERT_TRUE(guests.from);
  EXPECT_EQ(guests.from->to_string(), "192.0.2.7");
}

TEST_F(Taking, TakesNoAddressFromNonsense) {
  auto request = request_for(kPath);
  request.fields.push_back({"X-Forwarded-For", "unknown, 198.51.100.1"});
  take(std::move(request), {});
  EXPECT_FALSE(guests.from);
}

}  // namespace
}  // namespace rozaneh::webtunnel
