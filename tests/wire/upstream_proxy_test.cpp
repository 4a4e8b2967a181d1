#include "wire/upstream_proxy.h"

#include "wire/exchange.h"

namespace rozaneh {
namespace {

using Kind = UpstreamProxy::Kind;

TEST(UpstreamProxy, IsReadFromAUrl) {
  const auto v4 = *Endpoint::parse("192.0.2.1:1080");
  const std::pair<const char*, UpstreamProxy> kCases[] = {
      {"socks5://192.0.2.1:1080", {Kind::socks5, v4, std::nullopt}},
      {"socks5://192.0.2.1:1080/", {Kind::socks5, v4, std::nullopt}},
      {"socks5://user:pass@192.0.2.1:1080", {Kind::socks5, v4, Credentials{"user", "pass"}}},
      {"socks5://us%3Aer:p%40s%20s@192.0.2.1:1080", {Kind::socks5, v4, Credentials{"us:er", "p@s s"}}},
      {"socks4a://me@192.0.2.1:1080", {Kind::socks4a, v4, Credentials{"me", ""}}},
      {"http://user@192.0.2.1:1080", {Kind::http, v4, Credentials{"user", ""}}},
      {"http://user:a:b@192.0.2.1:1080", {Kind::http, v4, Credentials{"user", "a:b"}}},
      {"http://[2001:db8::1]:3128", {Kind::http, *Endpoint::parse("[2001:db8::1]:3128"), std::nullopt}},
  };
  for (const auto& [text, expected] : kCases) {
    const auto proxy = parse_upstream_proxy(text);
    ASSERT_TRUE(proxy) << text << ": " << proxy.error().message();
    EXPECT_EQ(*proxy, expected) << text;
  }
}

TEST(UpstreamProxy, RefusesWhatItCannotSpeakOrReach) {
  const std::string long_name(256, 'u');
  for (const std::string& text :
       std::initializer_list<std::string>{"",
                                          "192.0.2.1:1080",
                                          "socks5:192.0.2.1:1080",
                                          "socks4://192.0.2.1:1080",
                                          "https://192.0.2.1:1080",
                                          "socks5://",
                                          "socks5://192.0.2.1",
                                          "socks5://192.0.2.1:",
                                          "socks5://192.0.2.1:0",
                                          "socks5://:1080",
                                          "socks5://proxy.example.org:1080",
                                          "socks5://2001:db8::1:1080",
                                          "socks5://192.0.2.1:1080/path",
                                          "socks5://192.0.2.1:99999",
                                          "socks5://user@192.0.2.1:1080",
                                          "socks5://:pass@192.0.2.1:1080",
                                          "socks5://user:@192.0.2.1:1080",
                                          "socks5://" + long_name + ":p@192.0.2.1:1080",
                                          "socks5://us%2:p@192.0.2.1:1080",
                                          "socks5://us%zz:p@192.0.2.1:1080",
                                          "socks4a://me:pass@192.0.2.1:1080",
                                          "socks4a://me:@192.0.2.1:1080",
                                          "socks4a://a%00b@192.0.2.1:1080",
                                          "http://a%3Ab:c@192.0.2.1:1080"})
    EXPECT_FALSE(parse_upstream_proxy(text)) << text;
}

TEST(UpstreamProxy, SpeaksAsItsKind) {
  const std::pair<const char*, const char*> kFirstWords[] = {
      {"socks5://192.0.2.1:1080", "050100"},
      {"socks5://u:p@192.0.2.1:1080", "05020002"},
      {"socks4a://me@192.0.2.1:1080", "04010050000000016d65006100"},
  };
  for (const auto& [text, expected] : kFirstWords) {
    auto handshake = make_handshake(*parse_upstream_proxy(text), *Target::parse("a:80"));
    EXPECT_EQ(encode_hex(handshake->step({})->send), expected) << text;
  }
  auto http = make_handshake(*parse_upstream_proxy("http://192.0.2.1:1"), *Target::parse("a:80"));
  EXPECT_TRUE(text_of(http->step({})->send).starts_with("CONNECT a:80 HTTP/1.1\r\n"));
}

}  // namespace
}  // namespace rozaneh
