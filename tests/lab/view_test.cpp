#include "lab/packet/view.h"

#include <gtest/gtest.h>

#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

// A SYN as Linux writes it: maximum segment size, SACK, timestamps, window scale.
const Buffer kSynPacket =
    hex("4500003c1c46400040060000c0000202c6336402"
        "d20401bb0000000a00000000a002faf000000000"
        "020405b40402080a000000010000000001030307");

TEST(PacketView, ReadsATcpPacket) {
  const Buffer built = build_tcp({.source = address("192.0.2.2"),
                                  .destination = address("198.51.100.2"),
                                  .ttl = 58,
                                  .id = 0x9916,
                                  .dont_fragment = false},
                                 {.source_port = 40000,
                                  .destination_port = 443,
                                  .seq = 0xfffffff0,
                                  .ack = 7,
                                  .flags = kAck | kPsh,
                                  .window = 502,
                                  .options = bytes_of("\x01\x01\x01")},
                                 bytes_of("hello"));
  const auto packet = view(built);
  EXPECT_EQ(packet.source().to_string(), "192.0.2.2:40000");
  EXPECT_EQ(packet.destination().to_string(), "198.51.100.2:443");
  EXPECT_EQ(packet.ip().ttl, 58);
  EXPECT_EQ(packet.ip().id, 0x9916U);
  EXPECT_FALSE(packet.ip().dont_fragment);
  EXPECT_EQ(packet.ip().protocol, kTcp);
  ASSERT_NE(packet.tcp(), nullptr);
  EXPECT_EQ(packet.tcp()->seq, 0xfffffff0U);
  EXPECT_EQ(packet.tcp()->ack, 7U);
  EXPECT_TRUE(packet.tcp()->has(kAck));
  EXPECT_TRUE(packet.tcp()->has(kAck | kPsh));
  EXPECT_FALSE(packet.tcp()->has(kAck | kSyn));
  EXPECT_EQ(packet.tcp()->window, 502);
  EXPECT_EQ(packet.tcp()->size, 24U);
  EXPECT_EQ(packet.tcp()->options.size(), 4U);
  EXPECT_EQ(text_of(packet.payload()), "hello");
}

TEST(PacketView, ReadsOptionsOfARealSyn) {
  const auto packet = view(kSynPacket);
  ASSERT_NE(packet.tcp(), nullptr);
  EXPECT_EQ(packet.tcp()->flags, kSyn);
  EXPECT_EQ(packet.tcp()->options.size(), 20U);
  EXPECT_EQ(packet.payload().size(), 0U);
}

TEST(PacketView, LeavesOutEthernetsPadding) {
  Buffer frame = build_udp(kUpV4, 1000, 53, bytes_of("abc"));
  frame.resize(46);
  const auto packet = view(frame);
  EXPECT_EQ(packet.bytes().size(), 31U);
  EXPECT_EQ(text_of(packet.payload()), "abc");
  EXPECT_FALSE(packet.is_truncated());
}

TEST(PacketView, TellsThatASnapLengthCutThePacket) {
  const Buffer whole = build_udp(kUpV4, 1000, 53, counting(100));
  const auto packet = view(Bytes(whole).first(60));
  EXPECT_TRUE(packet.is_truncated());
  EXPECT_EQ(packet.payload().size(), 32U);
}

TEST(PacketView, TakesUdpByItsOwnLength) {
  Buffer whole = build_udp(kUpV4, 1000, 53, bytes_of("abcdef"));
  whole[25] = 8 + 2;
  EXPECT_EQ(text_of(view(whole).payload()), "ab");
}

TEST(PacketView, RefusesLengthsThatContradict) {
  const Buffer right = build_tcp(kUpV4, {});
  for (const std::size_t size : {0U, 1U, 19U})
    EXPECT_FALSE(PacketView::parse(Bytes(right).first(size))) << size;
  Buffer wrong = right;
  wrong[0] = 0x44;  // a header of 16 bytes
  EXPECT_FALSE(PacketView::parse(wrong));
  wrong = right;
  wrong[0] = 0x4f;  // options past the end
  EXPECT_FALSE(PacketView::parse(wrong));
  wrong = right;
  wrong[3] = 19;  // shorter than its header
  EXPECT_FALSE(PacketView::parse(wrong));
  wrong = right;
  wrong[0] = 0x55;
  EXPECT_FALSE(PacketView::parse(wrong));
}

TEST(PacketView, GivesNoTcpHeaderThatContradicts) {
  for (const int words : {0, 4, 6, 15}) {
    Buffer packet = build_tcp(kUpV4, {});
    packet[32] = static_cast<std::uint8_t>(words << 4);
    EXPECT_EQ(view(packet).tcp(), nullptr) << words;
    EXPECT_EQ(view(packet).payload().size(), 20U);
  }
}

TEST(PacketView, TakesAllBytesWhereAnOffloadedPacketSaysZero) {
  Buffer packet = build_tcp(kUpV4, {}, counting(3000));
  packet[2] = packet[3] = 0;
  EXPECT_EQ(view(packet).payload().size(), 3000U);
}

TEST(PacketView, FollowsExtensionHeaders) {
  const Buffer tcp = build_tcp(kUpV6, {.source_port = 5, .destination_port = 6});
  const Bytes segment = Bytes(tcp).subspan(40);
  // hop-by-hop (8), destination options (16), routing (8), TCP
  const Buffer extensions =
      hex("3c00010400000000"
          "2b01010c000000000000000000000000"
          "0600000000000000");
  const Buffer packet = build_ip(kUpV6, 0, concat(extensions, segment));
  const auto seen = view(packet);
  EXPECT_EQ(seen.ip().protocol, kTcp);
  EXPECT_EQ(seen.ip().size, 72U);
  ASSERT_NE(seen.tcp(), nullptr);
  EXPECT_EQ(seen.destination().to_string(), "[2001:db8:2::2]:6");
  EXPECT_FALSE(PacketView::parse(Bytes(packet).first(60)));
}

TEST(PacketView, EndsAtSixteenExtensionHeaders) {
  Buffer few;
  for (int i = 0; i < 14; ++i) append(few, hex("3c00010400000000"));
  append(few, hex("1100010400000000"));
  append(few, hex("0001000200080000"));
  EXPECT_NE(view(build_ip(kUpV6, 60, few)).udp(), nullptr);
  Buffer many;
  for (int i = 0; i < 40; ++i) append(many, hex("3c00010400000000"));
  EXPECT_FALSE(PacketView::parse(build_ip(kUpV6, 60, many)));
}

TEST(PacketView, KnowsFragments) {
  Buffer packet = build_udp(kUpV4, 1, 2, counting(16));
  packet[6] = 0x20;
  EXPECT_TRUE(view(packet).ip().more_fragments);
  EXPECT_NE(view(packet).udp(), nullptr);
  packet[6] = 0x00;
  packet[7] = 0x03;
  EXPECT_EQ(view(packet).ip().fragment_offset, 24U);
  EXPECT_TRUE(view(packet).ip().is_fragment());
  EXPECT_EQ(view(packet).udp(), nullptr);
  EXPECT_EQ(view(packet).payload().size(), 24U);
}

TEST(PacketView, KnowsAFragmentOfIpV6) {
  const Buffer packet_bytes = build_ip(kUpV6, 44, concat(hex("11000011deadbeef"), counting(8)));
  const auto packet = view(packet_bytes);
  EXPECT_EQ(packet.ip().fragment_offset, 16U);
  EXPECT_TRUE(packet.ip().more_fragments);
  EXPECT_EQ(packet.ip().id, 0xdeadbeefU);
  EXPECT_EQ(packet.ip().protocol, kUdp);
  EXPECT_EQ(packet.udp(), nullptr);
}

TEST(PacketView, ReadsGreOfPptpAndEspAndIcmp) {
  const Buffer gre_bytes = build_ip(kUpV4, kGre, hex("3081880b000400070000000100000000ff"));
  const auto gre = view(gre_bytes);
  ASSERT_NE(gre.gre(), nullptr);
  EXPECT_TRUE(gre.gre()->is_pptp());
  EXPECT_EQ(gre.gre()->call_id, 7);
  EXPECT_EQ(gre.payload().size(), 1U);
  EXPECT_FALSE(view(build_ip(kUpV4, kGre, hex("00000800ff"))).gre()->is_pptp());
  EXPECT_EQ(view(build_ip(kUpV4, kGre, hex("3081880b0004"))).gre(), nullptr);
  const Buffer esp_bytes = build_ip(kUpV4, kEsp, hex("0000100100000002aabb"));
  const auto esp = view(esp_bytes);
  ASSERT_NE(esp.esp(), nullptr);
  EXPECT_EQ(esp.esp()->spi, 0x1001U);
  EXPECT_EQ(esp.esp()->sequence, 2U);
  const Buffer echo_bytes = build_ip(kUpV4, kIcmp, hex("0800000000010002"));
  const auto echo = view(echo_bytes);
  ASSERT_NE(echo.icmp(), nullptr);
  EXPECT_TRUE(echo.icmp()->is_echo(false));
}

}  // namespace
}  // namespace rozaneh::lab
