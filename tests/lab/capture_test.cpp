#include "lab/packet/capture.h"

#include <gtest/gtest.h>

#include "lab/packet/ethernet.h"
#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

Buffer little(std::uint64_t value, int count) {
  Buffer bytes;
  for (int i = 0; i < count; ++i) bytes.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
  return bytes;
}
Buffer big(std::uint64_t value, int count) {
  Buffer bytes = little(value, count);
  return {bytes.rbegin(), bytes.rend()};
}
using Number = Buffer (*)(std::uint64_t, int);

std::vector<CapturedPacket> all_of(Bytes file) {
  auto reader = CaptureReader::open(file).value();
  std::vector<CapturedPacket> packets;
  while (const auto packet = reader.next().value()) packets.push_back(*packet);
  return packets;
}

Buffer classic(Number number, std::uint32_t magic, std::uint32_t link) {
  return concat(number(magic, 4), number(2, 2), number(4, 2), number(0, 8), number(65535, 4), number(link, 4),
                number(1'700'000'000, 4), number(123456, 4), number(3, 4), number(9, 4), bytes_of("abc"));
}

TEST(Capture, ReadsPcapInBothOrdersAndResolutions) {
  for (const Number number : {&little, &big}) {
    for (const auto& [magic, unit] : {std::pair{0xa1b2c3d4U, 1000}, std::pair{0xa1b23c4dU, 1}}) {
      const Buffer file = classic(number, magic, 1);
      const auto packets = all_of(file);
      ASSERT_EQ(packets.size(), 1U);
      EXPECT_EQ(packets[0].when, std::chrono::seconds(1'700'000'000) + Moment(123456 * unit));
      EXPECT_EQ(packets[0].link, LinkType::ethernet);
      EXPECT_EQ(text_of(packets[0].frame), "abc");
      EXPECT_EQ(packets[0].original_size, 9U);
    }
  }
}

TEST(Capture, SaysWhereAPcapIsCut) {
  const Buffer file = classic(&little, 0xa1b2c3d4, 1);
  for (std::size_t size = 0; size < 24; ++size) {
    const auto opened = CaptureReader::open(Bytes(file).first(size));
    ASSERT_FALSE(opened);
    EXPECT_TRUE(opened.error().is(CaptureError::not_a_capture));
  }
  for (std::size_t size = 25; size < file.size(); ++size) {
    const auto next = CaptureReader::open(Bytes(file).first(size))->next();
    ASSERT_FALSE(next) << size;
    EXPECT_TRUE(next.error().is(CaptureError::cut));
  }
}

Buffer block(Number number, std::uint32_t type, const Buffer& body) {
  const Buffer padding((4 - body.size() % 4) % 4);
  const std::size_t length = 12 + body.size() + padding.size();
  return concat(number(type, 4), number(length, 4), body, padding, number(length, 4));
}

Buffer section(Number number) {
  return block(number, 0x0a0d0d0a,
               concat(number(0x1a2b3c4d, 4), number(1, 2), number(0, 2), Buffer(8, 0xff)));
}
Buffer interface(Number number, std::uint16_t link, const Buffer& options = {}) {
  return block(number, 1, concat(number(link, 2), number(0, 2), number(5, 4), options));
}
Buffer enhanced(Number number, std::uint32_t id, std::uint64_t units, std::string_view text) {
  return block(number, 6,
               concat(number(id, 4), number(units >> 32U, 4), number(units & 0xffffffffU, 4),
                      number(text.size(), 4), number(text.size() + 1, 4), bytes_of(text)));
}

TEST(Capture, ReadsPcapngInBothOrders) {
  for (const Number number : {&little, &big}) {
    const Buffer nanoseconds = concat(number(9, 2), number(1, 2), hex("09000000"), number(0, 4));
    const Buffer file = concat(section(number), interface(number, 101), interface(number, 1, nanoseconds),
                               block(number, 5, Buffer(8)), enhanced(number, 0, 1'500'000, "abcd"),
                               enhanced(number, 1, 1'500'000'007, "xyz"),
                               block(number, 3, concat(number(9, 4), bytes_of("simple"))));
    const auto packets = all_of(file);
    ASSERT_EQ(packets.size(), 3U);
    EXPECT_EQ(packets[0].when, Moment(1'500'000'000));
    EXPECT_EQ(packets[0].link, LinkType::raw);
    EXPECT_EQ(text_of(packets[0].frame), "abcd");
    EXPECT_EQ(packets[0].original_size, 5U);
    EXPECT_EQ(packets[1].when, Moment(1'500'000'007));
    EXPECT_EQ(packets[1].link, LinkType::ethernet);
    EXPECT_EQ(text_of(packets[2].frame), "simpl");  // the interface's snap length
    EXPECT_EQ(packets[2].original_size, 9U);
  }
}

TEST(Capture, TakesASecondSectionInTheOtherOrder) {
  const Buffer file = concat(section(&little), interface(&little, 101), enhanced(&little, 0, 1, "one"),
                             section(&big), interface(&big, 1), enhanced(&big, 0, 2, "two"));
  const auto packets = all_of(file);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_EQ(packets[1].link, LinkType::ethernet);
}

TEST(Capture, TakesPowersOfTwoAndAnOffset) {
  const Buffer options =
      concat(little(9, 2), little(1, 2), hex("8a000000"), little(14, 2), little(8, 2), little(100, 8));
  const auto packets = all_of(
      concat(section(&little), interface(&little, 101, options), enhanced(&little, 0, 1024 + 512, "x")));
  EXPECT_EQ(packets.at(0).when, std::chrono::seconds(101) + std::chrono::milliseconds(500));
}

struct Wrong {
  const char* name;
  Buffer blocks;
  CaptureError error;
};

TEST(Capture, RefusesBlocksThatContradictThemselves) {
  Buffer trailer = interface(&little, 1);
  trailer.back() ^= 1U;
  Buffer length = interface(&little, 1);
  length[4] = 13;
  const std::vector<Wrong> wrongs = {
      {"no such interface", enhanced(&little, 0, 1, "x"), CaptureError::malformed},
      {"packet without interface", block(&little, 3, little(1, 4)), CaptureError::malformed},
      {"trailer", trailer, CaptureError::malformed},
      {"length", length, CaptureError::malformed},
      {"cut", Buffer(11, 1), CaptureError::cut},
      {"resolution", interface(&little, 1, concat(little(9, 2), little(1, 2), hex("14000000"))),
       CaptureError::malformed},
  };
  for (const auto& wrong : wrongs) {
    const Buffer file = concat(section(&little), wrong.blocks);
    const auto next = CaptureReader::open(file)->next();
    ASSERT_FALSE(next) << wrong.name;
    EXPECT_TRUE(next.error().is(wrong.error)) << wrong.name;
  }
}

TEST(Capture, BoundsTheInterfaces) {
  for (const std::size_t count : {1024U, 1025U}) {
    Buffer file = section(&little);
    for (std::size_t i = 0; i < count; ++i) append(file, interface(&little, 1));
    EXPECT_EQ(CaptureReader::open(file)->next().has_value(), count == 1024);
  }
}

TEST(Capture, ReadsWhatItWrote) {
  const Buffer packet = build_tcp(kUpV4, {}, counting(100));
  const Moment when = std::chrono::seconds(1'700'000'000) + Moment(123'456'789);
  const Buffer file =
      concat(capture_head(LinkType::raw), capture_record(packet, when), capture_record({}, when));
  const auto packets = all_of(file);
  ASSERT_EQ(packets.size(), 2U);
  EXPECT_TRUE(std::ranges::equal(packets[0].frame, packet));
  EXPECT_EQ(packets[0].when, when);
  EXPECT_EQ(packets[0].original_size, packet.size());
  EXPECT_EQ(packets[0].link, LinkType::raw);
}

TEST(IpPacketOf, FindsThePacketBehindEachLinkHeader) {
  const Buffer ip = build_udp(kUpV4, 1, 2, counting(20));
  const auto found = [&](LinkType link, std::string_view header) {
    const Buffer frame = concat(hex(header), ip);
    const auto packet = ip_packet_of({.link = link, .frame = frame});
    return packet && std::ranges::equal(*packet, ip);
  };
  EXPECT_TRUE(found(LinkType::ethernet, "0102030405060708090a0b0c0800"));
  EXPECT_TRUE(found(LinkType::ethernet, "0102030405060708090a0b0c810000010800"));
  EXPECT_TRUE(found(LinkType::ethernet, "0102030405060708090a0b0c88a80001810000020800"));
  EXPECT_FALSE(found(LinkType::ethernet, "0102030405060708090a0b0c0806"));
  EXPECT_TRUE(found(LinkType::null, "02000000"));
  EXPECT_TRUE(found(LinkType::loop, "00000002"));
  EXPECT_TRUE(found(LinkType::raw, ""));
  EXPECT_TRUE(found(LinkType::ipv4, ""));
  EXPECT_TRUE(found(LinkType::linux_cooked, "00000001000600000000000000000800"));
  EXPECT_FALSE(found(LinkType::linux_cooked, "00000001000600000000000000000806"));
  EXPECT_TRUE(found(LinkType::linux_cooked_2, "0800000000000001000100060000000000000000"));
  EXPECT_FALSE(found(LinkType{147}, ""));
}

TEST(Ethernet, IsCutBelowItsHeader) {
  const Buffer frame = hex("0102030405060708090a0b0c0800");
  EXPECT_TRUE(parse_ethernet(frame));
  EXPECT_EQ(parse_ethernet(frame)->source[0], 7);
  EXPECT_FALSE(parse_ethernet(Bytes(frame).first(13)));
}

}  // namespace
}  // namespace rozaneh::lab
