#include "wire/way.h"

#include <gtest/gtest.h>

#include "wire/bridge_line.h"
#include "wire/label.h"
#include "wire/link.h"
#include "wire/way_list.h"

namespace rozaneh {
namespace {

constexpr auto kFingerprint = "0123456789ABCDEF0123456789ABCDEF01234567";
constexpr auto kCert = "ssH+9rP8dG2NLDN2XuFw63hIO/9MNNinLmxQDpVa+7kTOa9/m+tGWT1SmSYpQ9uTBGa6Hw";

Way obfs4() {
  return {.transport = "obfs4",
          .server = *Target::parse("192.0.2.1:443"),
          .arguments = {{"cert", kCert}, {"iat-mode", "0"}}};
}

// Behind the colon of "link: ...": what the user reads.
std::string complaint(std::string_view text) {
  const auto ways = parse_ways(text);
  return ways ? "" : ways.error().message();
}

TEST(BridgeLine, IsReadAsTorWritesIt) {
  auto with_fingerprint = obfs4();
  with_fingerprint.fingerprint = parse_fingerprint(kFingerprint);
  const auto arguments = std::string(" cert=") + kCert + " iat-mode=0";
  const std::pair<std::string, Way> kCases[] = {
      {"obfs4 192.0.2.1:443" + arguments, obfs4()},
      {"Bridge obfs4 192.0.2.1:443" + arguments, obfs4()},
      {"bridge\tobfs4   192.0.2.1:443 " + arguments + " ", obfs4()},
      {"Bridge obfs4 192.0.2.1:443 " + std::string(kFingerprint) + arguments, with_fingerprint},
      {"obfs3 [2001:db8::1]:80", {.transport = "obfs3", .server = *Target::parse("[2001:db8::1]:80")}},
      {"webtunnel 192.0.2.3:1 url=https://example.org/a=b ver=0.0.1",
       {.transport = "webtunnel",
        .server = *Target::parse("192.0.2.3:1"),
        .arguments = {{"url", "https://example.org/a=b"}, {"ver", "0.0.1"}}}},
  };
  for (const auto& [line, way] : kCases) {
    const auto parsed = parse_bridge_line(line);
    ASSERT_TRUE(parsed) << line << ": " << parsed.error().message();
    EXPECT_EQ(*parsed, way) << line;
    EXPECT_EQ(*parse_bridge_line(*serialize_bridge_line(way)), way) << line;
  }
}

TEST(BridgeLine, SaysWhichPartIsWrong) {
  const std::pair<const char*, LinkError> kCases[] = {
      {"", LinkError::transport},
      {"Bridge", LinkError::transport},
      {"192.0.2.1:443 0123456789ABCDEF0123456789ABCDEF01234567", LinkError::transport},
      {"obfs-4 192.0.2.1:443", LinkError::transport},
      {"obfs4", LinkError::server},
      {"obfs4 192.0.2.1", LinkError::server},
      {"obfs4 192.0.2.1:0", LinkError::server},
      {"obfs4 example.org:443", LinkError::server},
      {"obfs4 192.0.2.1:443 0123", LinkError::fingerprint},
      {"obfs4 192.0.2.1:443 0123456789ABCDEF0123456789ABCDEF0123456X", LinkError::fingerprint},
      {"obfs4 192.0.2.1:443 a=b c", LinkError::argument},
      {"obfs4 192.0.2.1:443 =b", LinkError::argument},
      {"obfs4 192.0.2.1:443 a=b\x01", LinkError::argument},
      {"obfs4 192.0.2.1:443 a;b=c", LinkError::argument},
  };
  for (const auto& [line, error] : kCases) {
    const auto parsed = parse_bridge_line(line);
    ASSERT_FALSE(parsed) << line;
    EXPECT_TRUE(parsed.error().is(error)) << line << ": " << parsed.error().message();
  }
  EXPECT_TRUE(
      parse_bridge_line("obfs4 192.0.2.1:1 a=" + std::string(2048, 'b')).error().is(LinkError::too_long));
}

TEST(BridgeLine, RefusesToWriteWhatItCouldNotReadAgain) {
  auto named = obfs4();
  named.server = *Target::parse("example.org:443");
  EXPECT_TRUE(serialize_bridge_line(named).error().is(LinkError::server));
  auto spaced = obfs4();
  spaced.arguments.add("note", "two words");
  EXPECT_TRUE(serialize_bridge_line(spaced).error().is(LinkError::argument));
}

TEST(Link, HoldsOneWay) {
  auto way = obfs4();
  way.name = "سرور شیرین";
  way.fingerprint = parse_fingerprint(kFingerprint);
  const auto link = serialize_link({{way}});
  ASSERT_TRUE(link);
  EXPECT_EQ(
      *link,
      std::string("rozaneh://192.0.2.1:443/obfs4?fp=") + kFingerprint +
          "&cert=ssH%2B9rP8dG2NLDN2XuFw63hIO/9MNNinLmxQDpVa%2B7kTOa9/m%2BtGWT1SmSYpQ9uTBGa6Hw&iat-mode=0"
          "#%D8%B3%D8%B1%D9%88%D8%B1%20%D8%B4%DB%8C%D8%B1%DB%8C%D9%86");
  EXPECT_EQ(*parse_link(*link), std::vector{way});
}

TEST(Link, HoldsSeveralWaysToOneServer) {
  const auto at = [](const char* transport, const char* server, Arguments arguments) {
    return Way{.transport = transport,
               .server = *Target::parse(server),
               .arguments = std::move(arguments),
               .name = "x"};
  };
  const std::vector<Way> ways = {
      at("obfs4", "[2001:db8::1]:443", {{"cert", "abc"}}),
      at("scramblesuit", "[2001:db8::1]:8443", {{"password", "A,B&C=D#E%F?"}}),
      at("webtunnel", "[2001:db8::1]:443", {{"url", "https://a/b"}, {"empty", ""}}),
      at("obfs3", "[2001:db8::1]:443", {})};
  const auto link = serialize_link(ways);
  ASSERT_TRUE(link);
  EXPECT_EQ(*link,
            "rozaneh://[2001:db8::1]:443/obfs4?cert=abc,8443/scramblesuit?password=A%2CB%26C%3DD%23E%25F%3F"
            ",/webtunnel?url=https://a/b&empty=,/obfs3#x");
  EXPECT_EQ(*parse_link(*link), ways);
}

TEST(Link, IsForgivingWherePeopleAre) {
  const auto expected = std::vector{obfs4()};
  const auto text = std::string("example.org:443/obfs4?cert=") + kCert;  // + and / as the cert has them
  auto ways = parse_ways(" ROZANEH://" + text + "&iat-mode=0&v=1,\r\n");
  ASSERT_TRUE(ways) << ways.error().message();
  EXPECT_EQ(ways->front().arguments, expected.front().arguments);
  EXPECT_EQ(ways->front().server.to_string(), "example.org:443");
  EXPECT_EQ(ways->size(), 1U);
}

TEST(Link, KeepsWhatItDoesNotKnow) {
  const auto ways = parse_link("rozaneh://192.0.2.1:443/tomorrow?colour=blue&colour=red");
  ASSERT_TRUE(ways);
  EXPECT_EQ(ways->front().transport, "tomorrow");
  EXPECT_EQ(ways->front().arguments, (Arguments{{"colour", "blue"}, {"colour", "red"}}));
}

TEST(Link, SaysWhatIsWrongAndWhere) {
  const std::pair<const char*, const char*> kCases[] = {
      {"https://example.org/", "link: this is neither a rozaneh:// link nor a bridge line"},
      {"rozaneh://", "link: the server must be HOST:PORT (in a bridge line IP:PORT)"},
      {"rozaneh://192.0.2.1/obfs4", "link: the server must be HOST:PORT (in a bridge line IP:PORT)"},
      {"rozaneh://192.0.2.1:0/obfs4", "link: the server must be HOST:PORT (in a bridge line IP:PORT)"},
      {"rozaneh://me@192.0.2.1:1/obfs4", "link: the server must be HOST:PORT (in a bridge line IP:PORT)"},
      {"rozaneh://192.0.2.1:1", "link: the transport's name is missing or malformed"},
      {"rozaneh://192.0.2.1:1/", "link: the transport's name is missing or malformed"},
      {"rozaneh://192.0.2.1:1/obfs4/", "link: the transport's name is missing or malformed"},
      {"rozaneh://192.0.2.1:1/obfs4?", "link: an argument is not NAME=VALUE (no `=`)"},
      {"rozaneh://192.0.2.1:1/obfs4?cert", "link: an argument is not NAME=VALUE (no `=`)"},
      {"rozaneh://192.0.2.1:1/obfs4?a=b&&c=d", "link: an argument is not NAME=VALUE (no `=`)"},
      {"rozaneh://192.0.2.1:1/obfs4?cert=%4",
       "link: an argument is not NAME=VALUE (cert: % without two hexadecimal digits)"},
      {"rozaneh://192.0.2.1:1/obfs4?a=%0A",
       "link: an argument is not NAME=VALUE (a character that does not belong there)"},
      {"rozaneh://192.0.2.1:1/obfs4?a%20=b",
       "link: an argument is not NAME=VALUE (a character that does not belong there)"},
      {"rozaneh://192.0.2.1:1/obfs4?fp=12", "link: a fingerprint must have 40 hexadecimal digits"},
      {"rozaneh://192.0.2.1:1/obfs4?v=2&what?", "link: made for a newer version of this program (v=2)"},
      {"rozaneh://192.0.2.1:1/obfs4?a=b,99999/obfs3",
       "link: the server must be HOST:PORT (in a bridge line IP:PORT) (way 2: no port: 99999)"},
      {"rozaneh://192.0.2.1:1/obfs4,/obfs3,/?x",
       "link: the transport's name is missing or malformed (way 3)"},
      {"rozaneh://192.0.2.1:1/obfs4#%1b[2J",
       "link: the name must be UTF-8 of at most 64 bytes without control characters"},
      {"rozaneh://192.0.2.1:1/obfs4#two words",
       "link: the name must be UTF-8 of at most 64 bytes without control characters (not percent-encoded)"},
      {"", "link: no link and no bridge line in it"},
      {" \n", "link: no link and no bridge line in it"},
  };
  for (const auto& [text, expected] : kCases) EXPECT_EQ(complaint(text), expected) << text;
  EXPECT_EQ(complaint("rozaneh://192.0.2.1:1/obfs4?a=" + std::string(2048, 'b')),
            "link: too long (2048 characters at most)");
}

TEST(Link, RefusesToWriteWhatItCouldNotReadAgain) {
  auto other_host = obfs4();
  other_host.server = *Target::parse("192.0.2.2:443");
  auto reserved = obfs4();
  reserved.arguments.add("v", "1");
  auto control = obfs4();
  control.arguments.add("a", "\n");
  auto long_one = obfs4();
  long_one.arguments.add("a", std::string(2000, 'b'));
  auto bad_name = obfs4();
  bad_name.name = "\x1b[2J";
  const std::pair<std::vector<Way>, LinkError> kCases[] = {
      {{}, LinkError::empty},
      {{obfs4(), other_host}, LinkError::servers_differ},
      {{reserved}, LinkError::argument},
      {{control}, LinkError::argument},
      {{long_one}, LinkError::too_long},
      {{bad_name}, LinkError::name},
  };
  for (const auto& [ways, error] : kCases) EXPECT_TRUE(serialize_link(ways).error().is(error));
}

TEST(WayList, TakesLinksAndBridgeLines) {
  const auto ways = parse_way_list(
      "\xef\xbb\xbf# my servers\r\n\r\nrozaneh://192.0.2.1:443/obfs4?cert=a,/obfs3#one\r\n"
      "  Bridge webtunnel 192.0.2.3:1 url=https://a/b\n\t# another comment\nobfs3 192.0.2.4:1");
  ASSERT_TRUE(ways) << ways.error().message();
  ASSERT_EQ(ways->size(), 4U);
  EXPECT_EQ(ways->at(1).name, "one");
  EXPECT_EQ(ways->at(2).arguments.get("url"), "https://a/b");
  EXPECT_EQ(ways->at(3).server.to_string(), "192.0.2.4:1");
}

TEST(WayList, NamesTheLineThatIsWrong) {
  const auto wrong = parse_way_list("# one\n\nobfs3 192.0.2.4:1\nrozaneh://192.0.2.1:1/obfs4?v=3\n");
  EXPECT_EQ(wrong.error().message(), "link: made for a newer version of this program (line 4: v=3)");
  EXPECT_TRUE(wrong.error().is(LinkError::newer));
  EXPECT_TRUE(parse_way_list("# nothing\n\n").error().is(LinkError::empty));
  std::string many;
  for (std::size_t i = 0; i <= kMaxWays; ++i) many += "obfs3 192.0.2.4:1\n";
  EXPECT_TRUE(parse_way_list(many).error().is(LinkError::too_long));
}

TEST(Label, IsTextThatCannotFoolATerminal) {
  for (const std::string_view text : {"", "Shirin", "روزنه", "日本", "a\xf0\x9f\x8c\x9f", "é"})
    EXPECT_TRUE(is_label(text)) << text;
  for (const std::string_view text :
       {"a\n", "\x1b[2J", "\x7f", "\xc2\x9b",  // control characters
        "\xe2\x80\xae"
        "txt",
        "\xe2\x81\xa6", "\xe2\x80\xa8",                               // override, isolate, line end
        "\xff", "\x80", "\xc3", "\xc3(", "\xe2\x82", "\xf0\x9f\x8c",  // not UTF-8
        "\xc0\xaf", "\xe0\x80\xaf", "\xed\xa0\x80",
        "\xf4\x90\x80\x80"})  // too long a form, surrogate, too great
    EXPECT_FALSE(is_label(text)) << text;
  EXPECT_TRUE(is_label(std::string(64, 'a')));
  EXPECT_FALSE(is_label(std::string(65, 'a')));
}

}  // namespace
}  // namespace rozaneh
