#include "transport/webtunnel/handshake.h"

#include "transport/webtunnel/error.h"
#include "wire/exchange.h"
#include "wire/http_head.h"

namespace rozaneh::webtunnel {
namespace {

ClientHandshake client() { return {"a.example", "/secret"}; }

testing::Ending answered(std::string_view text) { return testing::run_whole(client, bytes_of(text)); }

TEST(WebTunnelHandshake, AsksAsClientsInTheFieldDo) {
  EXPECT_EQ(text_of(client().step({})->send),
            "GET /secret HTTP/1.1\r\nHost: a.example\r\nUser-Agent: Go-http-client/1.1\r\n"
            "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n");
}

constexpr std::string_view kFromTheField =
    "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n";
// Debian's nginx in front of a bridge.
constexpr std::string_view kThroughNginx =
    "HTTP/1.1 101 Switching Protocols\r\nServer: nginx/1.22.1\r\nDate: Sat, 21 Nov 2026 12:00:00 GMT\r\n"
    "Connection: upgrade\r\nUpgrade: websocket\r\n\r\n";
constexpr std::string_view kInCapitals =
    "HTTP/1.1 101 Web Socket\r\nCONNECTION:Upgrade\r\nupgrade: WebSocket\r\n\r\n";

TEST(WebTunnelHandshake, TakesTheAnswerHoweverItIsCut) {
  for (const auto answer : {kFromTheField, kThroughNginx, kInCapitals})
    testing::expect_complete_only_as_a_whole(client, bytes_of(answer));
}

TEST(WebTunnelHandshake, LeavesWhatComesBehindTheAnswer) {
  const std::string both = std::string(kThroughNginx) + "the first bytes\r\n\r\n";
  const auto ending = answered(both);
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, kThroughNginx.size());
}

TEST(WebTunnelHandshake, RefusesOtherAnswers) {
  struct Case {
    std::string_view answer, failure;
  };
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
       "webtunnel: the web server does not know this path: is the link right? (status 200)"},
      {"HTTP/1.1 404 Not Found\r\n\r\n",
       "webtunnel: the web server does not know this path: is the link right? (status 404)"},
      {"HTTP/1.1 502 Bad Gateway\r\n\r\n",
       "webtunnel: the web server does not know this path: is the link right? (status 502: the web server "
       "works, but not the bridge behind it)"},
      {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "webtunnel: the answer is no upgrade to WebTunnel"},
      {"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\n\r\n",
       "webtunnel: the answer is no upgrade to WebTunnel"},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n",
       "webtunnel: the answer is no upgrade to WebTunnel"},
      {"HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
       "webtunnel: the answer is no upgrade to WebTunnel"},
      {"HTTP/1.0 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n",
       "http: this is not HTTP/1.x"},
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "http: this is not HTTP/1.x"},
      {"\x15\x03\x01", "http: this is not HTTP/1.x"},
  };
  for (const Case& each : cases) EXPECT_EQ(answered(each.answer).failure, each.failure) << each.answer;
}

TEST(WebTunnelHandshake, WaitsForNoMoreThan8KiB) {
  const std::string endless = "HTTP/1.1 101 Switching Protocols\r\nX: " + std::string(kMaxHttpHead, 'x');
  auto handshake = client();
  const auto ending = testing::Exchange(handshake).run(bytes_of(endless), 100);
  EXPECT_EQ(ending.failure, "http: the head is longer than 8 KiB");
  EXPECT_LE(ending.most_held, kMaxHttpHead + 100);
}

}  // namespace
}  // namespace rozaneh::webtunnel
