#include "wire/tls/client_hello.h"

#include <gtest/gtest.h>

#include "wire/tls/messages.h"

namespace rozaneh::tls {
namespace {

using Numbers = std::vector<std::uint16_t>;

Buffer body_of(Bytes message) { return {message.begin() + kHandshakeHeader, message.end()}; }

TEST(ClientHello, IsReadAsRfc8448Explains) {
  const auto hello = parse_client_hello(body_of(rfc8448_client_hello()));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->legacy_version, kTls12);
  EXPECT_EQ(encode_hex(hello->random), "cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7");
  EXPECT_TRUE(hello->session_id.empty());
  EXPECT_EQ(hello->cipher_suites, (Numbers{0x1301, 0x1303, 0x1302}));
  EXPECT_EQ(encode_hex(hello->compression_methods), "00");
  Numbers types;
  for (const auto& extension : hello->extensions) types.push_back(extension.type);
  EXPECT_EQ(types, (Numbers{0, 0xff01, 10, 35, 51, 43, 13, 45, 28}));
  EXPECT_EQ(hello->server_name, "server");
  EXPECT_EQ(hello->supported_groups, (Numbers{29, 23, 24, 25, 256, 257, 258, 259, 260}));
  EXPECT_EQ(hello->key_share_groups, Numbers{29});
  EXPECT_EQ(hello->supported_versions, Numbers{kTls13});
  EXPECT_EQ(hello->signature_algorithms.size(), 15U);
  EXPECT_TRUE(hello->alpn.empty());
  EXPECT_EQ(hello->hidden_name, HiddenName::none);
  EXPECT_FALSE(hello->pre_shared_key);
  EXPECT_FALSE(hello->greased());
  EXPECT_EQ(hello->newest_version(), kTls13);
}

TEST(ClientHello, IsRefusedWhereverItIsCutAndWithBytesAfterIt) {
  Buffer body = body_of(rfc8448_client_hello());
  for (std::size_t size = 0; size < body.size(); ++size) {
    const bool without_extensions = size == 2 + 32 + 1 + 2 + 6 + 2;  // which is a hello too
    EXPECT_EQ(parse_client_hello(Bytes(body).first(size)).has_value(), without_extensions) << size;
  }
  body.push_back(0);
  EXPECT_FALSE(parse_client_hello(body));
}

TEST(ClientHello, TellsInItsBeginningWhatIsAllThere) {
  const Buffer body = body_of(rfc8448_client_hello());
  std::size_t known = 0;
  for (std::size_t size = 0; size <= body.size(); ++size) {
    const auto hello = parse_client_hello_prefix(Bytes(body).first(size));
    EXPECT_EQ(hello.has_value(), size >= 43) << size;  // the last byte of the ciphers is the 43rd
    if (!hello) continue;
    EXPECT_EQ(hello->server_name.has_value(), size >= 62) << size;  // and "r" the 62nd
    EXPECT_GE(hello->extensions.size(), known);
    known = hello->extensions.size();
  }
  EXPECT_EQ(parse_client_hello_prefix(body), parse_client_hello(body));
}

// A body with fields of other sizes; the good ones are the same but for one.
Buffer fields(std::string_view session_id, std::string_view ciphers, std::string_view methods) {
  return concat(*decode_hex("0303"), Buffer(32), *decode_hex(session_id), *decode_hex(ciphers),
                *decode_hex(methods));
}

TEST(ClientHello, KeepsToTheLimitsOfItsFields) {
  const std::string id32 = "20" + std::string(64, '0');
  const std::string id33 = "21" + std::string(66, '0');
  EXPECT_TRUE(parse_client_hello(fields("00", "0002c02f", "0100")));
  EXPECT_TRUE(parse_client_hello(fields(id32, "0002c02f", "0100")));
  EXPECT_TRUE(parse_client_hello(fields("00", "0000", "0100")));
  const std::tuple<std::string, std::string, std::string> kWrong[] = {
      {id33, "0002c02f", "0100"},    // a session id of 33 bytes
      {"00", "0003c02f00", "0100"},  // half a cipher
      {"00", "0002c02f", "00"},      // no compression method
  };
  for (const auto& [id, ciphers, methods] : kWrong) {
    EXPECT_FALSE(parse_client_hello(fields(id, ciphers, methods))) << id << ciphers << methods;
    EXPECT_FALSE(parse_client_hello_prefix(fields(id, ciphers, methods))) << id << ciphers << methods;
  }
}

TEST(ClientHello, RefusesExtensionsThatOverrunTheirBlock) {
  EXPECT_TRUE(parse_client_hello(client_hello_body(*decode_hex("00170000"))));
  EXPECT_FALSE(parse_client_hello(client_hello_body(*decode_hex("00170001"))));
  EXPECT_FALSE(parse_client_hello_prefix(client_hello_body(*decode_hex("00170001"))));
  EXPECT_FALSE(parse_client_hello(client_hello_body(*decode_hex("001700"))));
}

ClientHello hello_with(std::uint16_t type, std::string_view body) {
  return parse_client_hello(client_hello_body(extension_of(type, *decode_hex(body)))).value();
}

TEST(ClientHello, TreatsAnExtensionThatDoesNotFollowItsGrammarAsAbsent) {
  const std::pair<std::string_view, bool> kNames[] = {
      {"0004000001"
       "6161",
       false},  // a byte after the list
      {"0004000001"
       "61",
       true},  // "a"
      {"0005000001"
       "61",
       false},  // the list is longer than the extension
      {"0004000002"
       "61",
       false},               // the name is longer than the list
      {"0003000000", true},  // an empty name
      {"0008"
       "0100016200000161",
       true},  // of another type first
      {"0004010001"
       "61",
       false},  // of another type alone
      {"0000", false},
      {"", false},
  };
  for (const auto& [body, good] : kNames) {
    const auto hello = hello_with(extension::kServerName, body);
    EXPECT_EQ(hello.server_name.has_value(), good) << body;
    EXPECT_TRUE(hello.has(extension::kServerName));
  }
  EXPECT_EQ(hello_with(extension::kAlpn, "000c02683208687474702f312e31").alpn,
            (std::vector<std::string>{"h2", "http/1.1"}));
  EXPECT_TRUE(hello_with(extension::kAlpn, "000c02683208687474702f312e").alpn.empty());
  EXPECT_EQ(hello_with(extension::kSupportedVersions, "0403040303").supported_versions,
            (Numbers{kTls13, kTls12}));
  EXPECT_TRUE(hello_with(extension::kSupportedVersions, "03030403").supported_versions.empty());
  EXPECT_EQ(encode_hex(hello_with(extension::kPointFormats, "03000102").point_formats), "000102");
  EXPECT_TRUE(hello_with(extension::kPointFormats, "030001").point_formats.empty());
  EXPECT_EQ(hello_with(extension::kKeyShare,
                       "000a"
                       "001d0001aa"
                       "00170001bb")
                .key_share_groups,
            (Numbers{29, 23}));
  EXPECT_TRUE(hello_with(extension::kKeyShare,
                         "000a"
                         "001d0001aa"
                         "00170002bb")
                  .key_share_groups.empty());
  EXPECT_TRUE(hello_with(extension::kPreSharedKey, "").pre_shared_key);
}

TEST(ClientHello, CountsTheFirstOfTwoExtensionsAlike) {
  const auto first = extension_of(0, server_name_body("first.example"));
  const auto second = extension_of(0, server_name_body("second.example"));
  const auto hello = parse_client_hello(client_hello_body(concat(first, second)));
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->server_name, "first.example");
  EXPECT_EQ(hello->extensions.size(), 2U);
}

TEST(ClientHello, TellsHowItHidesItsName) {
  const std::tuple<std::uint16_t, std::string_view, HiddenName> kCases[] = {
      {0xffce, "1301", HiddenName::esni},    {0xffcd, "1301", HiddenName::none},
      {0xfe07, "00", HiddenName::none},      {0xfe08, "00", HiddenName::ech_draft},
      {0xfe0c, "00", HiddenName::ech_draft}, {0xfe0d, "00", HiddenName::ech_outer},
      {0xfe0d, "01", HiddenName::ech_inner}, {0xfe0e, "00", HiddenName::none},
  };
  for (const auto& [type, body, hidden] : kCases)
    EXPECT_EQ(hello_with(type, body).hidden_name, hidden) << type;
}

TEST(Grease, IsTheSixteenValuesOfRfc8701) {
  std::size_t count = 0;
  for (std::uint32_t value = 0; value <= 0xffff; ++value)
    count += is_grease(static_cast<std::uint16_t>(value));
  EXPECT_EQ(count, 16U);
  for (const std::uint16_t value : Numbers{0x0a0a, 0x1a1a, 0xfafa}) EXPECT_TRUE(is_grease(value)) << value;
  for (const std::uint16_t value : Numbers{0x0a1a, 0x0a0b, 0x0b0b, 0x1301})
    EXPECT_FALSE(is_grease(value)) << value;
  EXPECT_TRUE(hello_with(0x3a3a, "").greased());
  EXPECT_FALSE(hello_with(0x3a3b, "").greased());
  EXPECT_EQ(hello_with(extension::kSupportedVersions, "04fafa0303").newest_version(), kTls12);
  EXPECT_EQ(hello_with(extension::kSupportedVersions, "02fafa").newest_version(), kTls12);
}

TEST(ServerName, IsComparedInLowerCaseWithoutTheLastDot) {
  const std::pair<std::string_view, std::string_view> kCases[] = {
      {"WWW.Example.ORG", "www.example.org"},
      {"example.org.", "example.org"},
      {"example.org..", "example.org."},
      {".", ""},
      {"", ""},
      {"[\x80Z", "[\x80z"},
  };
  for (const auto& [name, normal] : kCases) EXPECT_EQ(normal_server_name(name), normal);
}

}  // namespace
}  // namespace rozaneh::tls
