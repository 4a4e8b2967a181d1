#include "lab/score/place.h"

#include <gtest/gtest.h>

#include "lab/score/placeholders.h"

namespace rozaneh::lab {
namespace {

TEST(Place, IsReadFromItsUrl) {
  struct Case {
    std::string_view url;
    Place::Scheme scheme;
    std::string_view target;
    std::string_view path;
  };
  constexpr Case kCases[] = {
      {"http://example.org/bytes/1", Place::Scheme::http, "example.org:80", "/bytes/1"},
      {"https://example.org", Place::Scheme::https, "example.org:443", "/"},
      {"https://[2001:db8::1]:8443/a?b", Place::Scheme::https, "[2001:db8::1]:8443", "/a?b"},
      {"http://[2001:db8::1]/", Place::Scheme::http, "[2001:db8::1]:80", "/"},
      {"dns://www.example.org", Place::Scheme::dns, "www.example.org:53", ""},
      {"tcp://198.51.100.12:443", Place::Scheme::tcp, "198.51.100.12:443", ""},
      {"udp://198.51.100.12:443", Place::Scheme::udp, "198.51.100.12:443", ""},
  };
  for (const Case& each : kCases) {
    const auto place = Place::parse(each.url);
    ASSERT_TRUE(place) << each.url;
    EXPECT_EQ(place->scheme, each.scheme) << each.url;
    EXPECT_EQ(place->target.to_string(), each.target) << each.url;
    EXPECT_EQ(place->path, each.path) << each.url;
  }
}

TEST(Place, IsRefusedWhereItsUrlIsNone) {
  for (const std::string_view url : {"", "http://", "example.org", "http:///a", "tcp://198.51.100.12",
                                     "tcp://198.51.100.12:443/a", "dns://a.example/b", "http://a.example:0/",
                                     "http://a.example:65536/", "http://a.example/a b", "ftp://a/"})
    EXPECT_FALSE(Place::parse(url)) << url;
}

TEST(Place, KnowsHowManyBytesItsPathHas) {
  const auto size = [](std::string_view url) { return Place::parse(url)->size(); };
  EXPECT_EQ(size("http://a.example/bytes/300000"), 300'000U);
  EXPECT_EQ(size("http://a.example/tor/bytes/1073741824"), 1ULL << 30U);
  EXPECT_EQ(size("http://a.example/bytes/1073741825"), std::nullopt);
  EXPECT_EQ(size("http://a.example/bytes/"), std::nullopt);
  EXPECT_EQ(size("http://a.example/bytes/3x"), std::nullopt);
  EXPECT_EQ(size("http://a.example/"), std::nullopt);
}

TEST(Placeholders, AreFilledInAndOtherBracesStay) {
  const Placeholders values = {{"port", "443"}, {"link.obfs4", "{port}"}};
  EXPECT_EQ(fill_placeholders("a {port} {link.obfs4}", values), "a 443 {port}");
  EXPECT_EQ(fill_placeholders("{ \"a\": {port} }", values), "{ \"a\": 443 }");
  EXPECT_EQ(fill_placeholders("{}{Port}{unknown}{port", values), "{}{Port}{unknown}{port");
  EXPECT_EQ(fill_placeholders("", values), "");
  EXPECT_EQ(fill_placeholders("{{port}}", values), "{443}");
}

TEST(Placeholders, AreNamed) {
  std::string names;
  for_each_placeholder("{a} {B} {c.d-1} {} {e",
                       [&](std::string_view name) { names.append(name).append(" "); });
  EXPECT_EQ(names, "a c.d-1 ");
}

}  // namespace
}  // namespace rozaneh::lab
