#include "wire/socks_datagram.h"

#include <gtest/gtest.h>

#include "base/encoding.h"
#include "wire/exchange.h"

namespace rozaneh {
namespace {

using testing::hex;

TEST(SocksDatagram, IsWrittenAndReadAlike) {
  const std::pair<const char*, const char*> kCases[] = {
      {"0000 00 01 7f000001 0035 6869", "127.0.0.1:53"},
      {"0000 00 04 00000000000000000000000000000001 0035 6869", "[::1]:53"},
      {"0000 00 03 0b 6578616d706c652e636f6d 0035 6869", "example.com:53"},
  };
  for (const auto& [wire, address] : kCases) {
    const Buffer bytes = hex(wire);
    const auto datagram = decode_socks_datagram(bytes);
    ASSERT_TRUE(datagram) << wire;
    EXPECT_EQ(datagram->address.to_string(), address);
    EXPECT_EQ(text_of(datagram->bytes), "hi");
    EXPECT_EQ(encode_socks_datagram(*datagram), bytes);
  }
}

TEST(SocksDatagram, MayBeEmpty) {
  const Buffer bytes = hex("0000 00 01 7f000001 0035");
  const auto datagram = decode_socks_datagram(bytes);
  ASSERT_TRUE(datagram);
  EXPECT_TRUE(datagram->bytes.empty());
}

TEST(SocksDatagram, IsNoPieceOfAnother) {
  for (const char* wire : {"0000 01 01 7f000001 0035 6869", "0000 81 01 7f000001 0035 6869"}) {
    const auto datagram = decode_socks_datagram(hex(wire));
    ASSERT_FALSE(datagram);
    EXPECT_TRUE(datagram.error().is(SocksError::fragment));
  }
}

TEST(SocksDatagram, IsRefusedWhereTheHeadIsNoHead) {
  const std::pair<const char*, SocksError> kCases[] = {
      {"0001 00 01 7f000001 0035 6869", SocksError::malformed},     // RSV is not 0
      {"0000 00 02 7f000001 0035 6869", SocksError::address_type},  // a type that there is not
      {"0000 00 03 00 0035 6869", SocksError::name},                // an empty name
      {"0000 00 03 03 612f62 0035 6869", SocksError::name},         // "a/b"
  };
  for (const auto& [wire, error] : kCases) {
    const auto datagram = decode_socks_datagram(hex(wire));
    ASSERT_FALSE(datagram) << wire;
    EXPECT_TRUE(datagram.error().is(error)) << wire << ": " << datagram.error().message();
  }
}

TEST(SocksDatagram, IsRefusedWhereverItsHeadIsCutOff) {
  for (const char* wire : {"0000 00 01 7f000001 0035", "0000 00 03 0b 6578616d706c652e636f6d 0035",
                           "0000 00 04 00000000000000000000000000000001 0035"}) {
    const Buffer whole = hex(wire);
    for (std::size_t size = 0; size < whole.size(); ++size) {
      const auto datagram = decode_socks_datagram(Bytes(whole).first(size));
      ASSERT_FALSE(datagram) << wire << " cut to " << size;
      EXPECT_TRUE(datagram.error().is(SocksError::malformed));
    }
  }
}

}  // namespace
}  // namespace rozaneh
