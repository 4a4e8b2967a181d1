#include "wire/proxy_protocol.h"

#include "wire/exchange.h"

namespace rozaneh {
namespace {

using testing::hex;

constexpr std::string_view kSignature = "0d0a0d0a000d0a515549540a";

ProxiedPeer peer(std::string_view source, std::string_view destination) {
  return {*Endpoint::parse(source), *Endpoint::parse(destination)};
}

Buffer block(std::string_view rest) { return hex(std::string(kSignature).append(rest)); }

Result<std::optional<ProxyHeader>> parse(std::string_view text) { return parse_proxy_header(bytes_of(text)); }

// The examples of section 2.1, and the binary form by hand after the table of section 2.2.
TEST(ProxyProtocol, ReadsWhoConnected) {
  const struct {
    Buffer header;
    ProxiedPeer peer;
  } rows[] = {
      {concat(bytes_of("PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n")),
       peer("192.168.0.1:56324", "192.168.0.11:443")},
      {concat(bytes_of("PROXY TCP6 2001:db8::1 2001:db8::2 1 65535\r\n")),
       peer("[2001:db8::1]:1", "[2001:db8::2]:65535")},
      {block("21 11 000c c0000201 c6336402 9c40 01bb"), peer("192.0.2.1:40000", "198.51.100.2:443")},
      {block("21 21 0024 20010db8000000000000000000000001 20010db8000000000000000000000002 9c40 01bb"),
       peer("[2001:db8::1]:40000", "[2001:db8::2]:443")},
      // An extension (PP2_TYPE_NOOP) is skipped.
      {block("21 11 0010 c0000201 c6336402 9c40 01bb 04 0001 00"),
       peer("192.0.2.1:40000", "198.51.100.2:443")},
  };
  for (const auto& row : rows) {
    const auto with_more = concat(row.header, bytes_of("GET"));
    const auto found = parse_proxy_header(with_more);
    ASSERT_TRUE(found && *found) << encode_hex(row.header);
    EXPECT_EQ((*found)->peer, row.peer);
    EXPECT_EQ((*found)->size, row.header.size());
    for (std::size_t cut = 0; cut < row.header.size(); ++cut) {
      const auto part = parse_proxy_header(Bytes(row.header).first(cut));
      EXPECT_TRUE(part && !*part) << "after " << cut << " bytes of " << encode_hex(row.header);
    }
  }
}

TEST(ProxyProtocol, TakesTheConnectionsOwnAddressesWhereTheFrontNamesNone) {
  for (const auto& header :
       {concat(bytes_of("PROXY UNKNOWN\r\n")), concat(bytes_of("PROXY UNKNOWN ffff::1 x 1 2\r\n")),
        block("20 00 0000"), block("20 11 000c c0000201 c6336402 9c40 01bb"), block("21 00 0000"),
        block("21 12 000c c0000201 c6336402 9c40 01bb")}) {
    const auto found = parse_proxy_header(header);
    ASSERT_TRUE(found && *found) << encode_hex(header);
    EXPECT_EQ((*found)->peer, std::nullopt);
    EXPECT_EQ((*found)->size, header.size());
  }
}

TEST(ProxyProtocol, RefusesWhatIsNone) {
  const auto code = [](const Result<std::optional<ProxyHeader>>& found) { return found.error().message(); };
  for (const std::string_view text : {"G", "\x16\x03\x01", "PROXX ", "proxy TCP4 "})
    EXPECT_FALSE(parse(text)) << text;
  EXPECT_NE(code(parse("GET / HTTP/1.1\r\n")).find("does not begin with a PROXY header"), std::string::npos);
  for (const std::string_view text :
       {"PROXY TCP4 192.0.2.1 192.0.2.2 1 65536\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1\r\n",
        "PROXY TCP4 2001:db8::1 2001:db8::2 1 2\r\n", "PROXY TCP6 192.0.2.1 192.0.2.2 1 2\r\n",
        "PROXY TCP4  192.0.2.1 192.0.2.2 1 2\r\n", "PROXY TCP4 192.0.2.1 192.0.2.2 1 2 \r\n",
        "PROXY UDP4 a b 1 2\r\n", "PROXY \r\n"})
    EXPECT_FALSE(parse(text)) << text;
  EXPECT_FALSE(parse_proxy_header(block("11 11 000c c0000201 c6336402 9c40 01bb")));  // version 1
  EXPECT_FALSE(parse_proxy_header(block("22 11 000c c0000201 c6336402 9c40 01bb")));  // no such command
  EXPECT_FALSE(parse_proxy_header(block("21 11 000b c0000201 c6336402 9c40 01")));    // too short for it
}

// 107 bytes with the line's end, in section 2.1; for the binary form the limit is ours.
TEST(ProxyProtocol, WaitsForNoMoreThanALongestHeader) {
  const std::string longest = "PROXY UNKNOWN " + std::string(107 - 16, 'x') + "\r\n";
  EXPECT_TRUE(parse(longest));
  EXPECT_FALSE(parse("PROXY UNKNOWN " + std::string(107 - 15, 'x') + "\r\n"));
  EXPECT_FALSE(parse("PROXY UNKNOWN " + std::string(107 - 14, 'x')));
  EXPECT_TRUE(parse_proxy_header(block("21 11 07f0")));
  EXPECT_FALSE(parse_proxy_header(block("21 11 07f1")));
}

TEST(ProxyProtocol, WritesWhatItReads) {
  for (const auto& said :
       {std::optional(peer("192.0.2.1:40000", "198.51.100.2:443")),
        std::optional(peer("[2001:db8::1]:1", "[2001:db8::2]:2")), std::optional<ProxiedPeer>()}) {
    for (const ProxyVersion version : {ProxyVersion::v1, ProxyVersion::v2}) {
      const Buffer header = serialize_proxy_header(version, said);
      const auto found = parse_proxy_header(header);
      ASSERT_TRUE(found && *found);
      EXPECT_EQ((*found)->peer, said);
      EXPECT_EQ((*found)->size, header.size());
    }
  }
  EXPECT_EQ(text_of(serialize_proxy_header(ProxyVersion::v1, peer("192.0.2.1:40000", "198.51.100.2:443"))),
            "PROXY TCP4 192.0.2.1 198.51.100.2 40000 443\r\n");
}

}  // namespace
}  // namespace rozaneh
