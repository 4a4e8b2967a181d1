#include "wire/proxy_server.h"

#include "wire/exchange.h"

namespace rozaneh {
namespace {

using testing::hex;

ProxyServer make() { return {}; }

TEST(ProxyServer, SpeaksSocksAndHttpByTheFirstByte) {
  testing::expect_complete_only_as_a_whole(make, hex("050100 050100030161 0050"));
  testing::expect_complete_only_as_a_whole(make, bytes_of("CONNECT a:80 HTTP/1.1\r\n\r\n"));
}

TEST(ProxyServer, RepliesInTheProtocolThatWasSpoken) {
  ProxyServer socks;
  testing::Exchange(socks).run(hex("050100 050100030161 0050"), 3);
  EXPECT_EQ(encode_hex(socks.reply(SocksReply::succeeded)), "05000001000000000000");
  ProxyServer http;
  testing::Exchange(http).run(bytes_of("CONNECT a:80 HTTP/1.1\r\n\r\n"), 3);
  EXPECT_TRUE(text_of(http.reply(SocksReply::succeeded)).starts_with("HTTP/1.1 200 "));
  EXPECT_EQ(http.request().target, socks.request().target);
}

TEST(ProxyServer, RefusesSocks4AndIsSilentTowardsTheRest) {
  EXPECT_EQ(testing::run_whole(make, hex("0401")).sent, "005b000000000000");
  const auto tls = testing::run_whole(make, hex("1603010200"));
  EXPECT_EQ(tls.sent, "");
  EXPECT_NE(tls.failure, "");
}

}  // namespace
}  // namespace rozaneh
