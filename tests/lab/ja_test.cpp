#include "lab/recognise/ja.h"

#include <gtest/gtest.h>

#include "wire/tls/messages.h"

namespace rozaneh::lab {
namespace {

using Numbers = std::vector<std::uint16_t>;
using tls::ClientHello;

// A hello that offers this; the bodies of extensions do not matter here.
ClientHello offering(std::uint16_t version, Numbers ciphers, const Numbers& extensions) {
  ClientHello hello;
  hello.legacy_version = version;
  hello.cipher_suites = std::move(ciphers);
  for (const std::uint16_t type : extensions) hello.extensions.push_back({.type = type, .body = {}});
  return hello;
}

TEST(Ja3, MatchesThePublishedExamples) {  // README of salesforce/ja3
  ClientHello hello = offering(769, {47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4}, {0, 10, 11});
  hello.supported_groups = {23, 24, 25};
  hello.point_formats = {0};
  EXPECT_EQ(ja3_text(hello), "769,47-53-5-10-49161-49162-49171-49172-50-56-19-4,0-10-11,23-24-25,0");
  EXPECT_EQ(ja3(hello), "ada70206e40642a3e4461f35503241d5");
  const ClientHello bare = offering(769, {4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99}, {});
  EXPECT_EQ(ja3_text(bare), "769,4-5-10-9-100-98-3-6-19-18-99,,,");
  EXPECT_EQ(ja3(bare), "de350869b8c85de67a350c8d186f11e6");
}

TEST(Ja3, LeavesGreaseOut) {
  ClientHello hello = offering(771, {0x0a0a, 4865}, {0x1a1a, 0, 0xfafa});
  hello.supported_groups = {0x2a2a, 29};
  EXPECT_EQ(ja3_text(hello), "771,4865,0,29,");
}

// The example of JA4's specification.
ClientHello example() {
  ClientHello hello = offering(771,
                               {0x0a0a, 0x1301, 0x1302, 0x1303, 0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9,
                                0xcca8, 0xc013, 0xc014, 0x009c, 0x009d, 0x002f, 0x0035},
                               {0x1a1a, 0x001b, 0x0000, 0x0033, 0x0010, 0x4469, 0x0017, 0x002d, 0x000d,
                                0x0005, 0x0023, 0x0012, 0x002b, 0xff01, 0x000b, 0x000a, 0x0015});
  hello.signature_algorithms = {0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601};
  hello.supported_versions = {0xfafa, 0x0304, 0x0303};
  hello.alpn = {"h2", "http/1.1"};
  return hello;
}

TEST(Ja4, MatchesTheExampleOfItsSpecification) {
  EXPECT_EQ(ja4(example(), HelloCarrier::tcp), "t13d1516h2_8daaf6152771_e5627efa2ab1");
  EXPECT_EQ(ja4(example(), HelloCarrier::quic), "q13d1516h2_8daaf6152771_e5627efa2ab1");
  EXPECT_EQ(ja4_text(example(), HelloCarrier::tcp),
            "t13d1516h2_002f,0035,009c,009d,1301,1302,1303,c013,c014,c02b,c02c,c02f,c030,cca8,cca9_0005,000a,"
            "000b,000d,"
            "0012,0015,0017,001b,0023,002b,002d,0033,4469,ff01_0403,0804,0401,0503,0805,0501,0806,0601");
  ClientHello without = example();
  without.signature_algorithms.clear();
  EXPECT_EQ(ja4(without, HelloCarrier::tcp), "t13d1516h2_8daaf6152771_6d807ffa2a79");
}

TEST(Ja4, IsTheSameInAnyOrder) {
  ClientHello shuffled = example();
  std::ranges::reverse(shuffled.extensions);
  std::ranges::reverse(shuffled.cipher_suites);
  EXPECT_EQ(ja4(shuffled, HelloCarrier::tcp), ja4(example(), HelloCarrier::tcp));
}

std::string head(const ClientHello& hello) { return ja4(hello, HelloCarrier::tcp).substr(0, 10); }

TEST(Ja4, NamesTheNewestVersion) {
  const std::pair<std::uint16_t, const char*> kVersions[] = {
      {0x0304, "13"}, {0x0303, "12"}, {0x0302, "11"}, {0x0301, "10"},
      {0x0300, "s3"}, {0x0002, "s2"}, {0x0305, "00"}, {0x02ff, "00"},
  };
  for (const auto& [version, text] : kVersions) {
    EXPECT_EQ(head(offering(version, {1}, {})).substr(1, 2), text);
    ClientHello hello = offering(0x0303, {1}, {43});
    hello.supported_versions = {version};
    EXPECT_EQ(head(hello).substr(1, 2), text);
  }
}

TEST(Ja4, CountsUpToNinetyNine) {
  const std::pair<std::size_t, const char*> kCounts[] = {{1, "01"},  {9, "09"},  {10, "10"},
                                                         {98, "98"}, {99, "99"}, {100, "99"}};
  for (const auto& [count, text] : kCounts) {
    const auto hello = offering(0x0303, Numbers(count, 5), Numbers(count, 7));
    EXPECT_EQ(head(hello).substr(4, 4), std::string(text) + text);
  }
}

TEST(Ja4, TellsTheFirstProtocolByTwoLetters) {
  using namespace std::string_literals;
  const std::pair<std::string, const char*> kNames[] = {
      // the last eight are those of the specification
      {"h2", "h2"},
      {"http/1.1", "h1"},
      {"x", "xx"},
      {"", "00"},
      {"A_z", "Az"},
      {"\xab", "ab"},
      {" ", "20"},
      {"\xab\xcd", "ad"},
      {"\x20\x61", "21"},
      {"\x30\xab", "3b"},
      {"\x61\x20", "60"},
      {"01\xab\xcd", "3d"},
      {"0\xab\xcd"s + "1", "01"},
  };
  for (const auto& [name, letters] : kNames) {
    ClientHello hello = offering(0x0303, {1}, {16});
    hello.alpn = {name, "other"};
    EXPECT_EQ(head(hello).substr(8), letters) << name;
  }
  EXPECT_EQ(head(offering(0x0303, {1}, {16})).substr(8), "00");
}

TEST(Ja4, WritesZerosForEmptyLists) {
  EXPECT_EQ(ja4(offering(0x0303, {}, {}), HelloCarrier::tcp), "t12i000000_000000000000_000000000000");
  EXPECT_EQ(ja4(offering(0x0303, {}, {0, 16}), HelloCarrier::tcp), "t12d000200_000000000000_000000000000");
}

}  // namespace
}  // namespace rozaneh::lab
