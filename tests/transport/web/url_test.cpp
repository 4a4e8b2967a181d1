#include "transport/web/url.h"

#include <gtest/gtest.h>

namespace rozaneh::web {
namespace {

struct Case {
  std::string text, server, path;
  bool tls = true;
};

TEST(WebTunnelUrl, HasAServerAndAPath) {
  const Case cases[] = {
      {"https://a.example/secret", "a.example:443", "/secret"},
      {"http://a.example/secret", "a.example:80", "/secret", false},
      {"https://a.example:8443/one/two", "a.example:8443", "/one/two"},
      {"https://192.0.2.3/x", "192.0.2.3:443", "/x"},
      {"https://[2001:db8::1]/x", "[2001:db8::1]:443", "/x"},
      {"https://[2001:db8::1]:444/x", "[2001:db8::1]:444", "/x"},
      {"https://a.example", "a.example:443", "/"},
      {"https://a.example/x?query=1#part", "a.example:443", "/x"},
      {"https://a.example/%7Ex", "a.example:443", "/%7Ex"},
      {"https://a.example?q=/x", "a.example:443", "/"},
  };
  for (const Case& each : cases) {
    const auto url = Url::parse(each.text);
    ASSERT_TRUE(url) << each.text;
    EXPECT_EQ(url->server.to_string(), each.server) << each.text;
    EXPECT_EQ(url->path, each.path) << each.text;
    EXPECT_EQ(url->tls, each.tls) << each.text;
  }
}

TEST(WebTunnelUrl, RefusesWhatIsNone) {
  for (const char* text : {"", "a.example/x", "ftp://a.example/x", "https://", "https:///x",
                           "https://a.example:0/x", "https://a.example:65536/x", "https://a.example:/x",
                           "https://[2001:db8::1/x", "https://[a.example]/x", "https://[192.0.2.1]/x",
                           "https://2001:db8::1/x", "https://a b/x", "https://a.example/a b",
                           "https://user@a.example/x", "https://a.example/\x80", "https://a.example/a\r\nb"})
    EXPECT_FALSE(Url::parse(text)) << text;
}

// The bytes that Tor's webtunnel makes of this url: SHA-256 of "WEBTUNNEL+https://akbwadp9.example/x", the
// first four replaced (computed with sha256sum).
TEST(WebTunnelUrl, HasASyntheticAddressAsInTheField) {
  EXPECT_EQ(synthetic_address("https://akbwadp9.example/x").to_string(),
            "[2001:db8:80e:deeb:a834:f5b4:8db:5fed]:443");
  EXPECT_NE(synthetic_address("https://a.example/y"), synthetic_address("https://a.example/x"));
}

}  // namespace
}  // namespace rozaneh::web
