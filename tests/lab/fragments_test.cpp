#include "lab/packet/fragments.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "lab/packet/edit.h"
#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

using std::chrono::seconds;

// Cuts a packet's segment at multiples of eight.
std::vector<Buffer> fragments_of(const Buffer& packet, std::size_t size, std::uint32_t id = 77) {
  const auto whole = view(packet);
  const Bytes segment = whole.segment();
  std::vector<Buffer> parts;
  for (std::size_t at = 0; at < segment.size(); at += size) {
    const std::size_t length = std::min(size, segment.size() - at);
    const bool more = at + length < segment.size();
    if (whole.ip().source.is_v6()) {
      Buffer header(8);
      header[0] = whole.ip().protocol;
      header[2] = static_cast<std::uint8_t>(at >> 8U);
      header[3] = static_cast<std::uint8_t>((at & 0xf8U) | (more ? 1U : 0U));
      header[7] = static_cast<std::uint8_t>(id);
      parts.push_back(build_ip(kUpV6, 44, concat(header, segment.subspan(at, length))));
    } else {
      Buffer part = build_ip(kUpV4, whole.ip().protocol, segment.subspan(at, length));
      part[5] = static_cast<std::uint8_t>(id);
      part[6] = static_cast<std::uint8_t>((more ? 0x20U : 0U) | at / 8 >> 8U);
      part[7] = static_cast<std::uint8_t>(at / 8);
      copy(MutableBytes(part).subspan(20), segment.subspan(at, length));  // with the whole packet's checksum
      fix_checksums(part);
      parts.push_back(part);
    }
  }
  return parts;
}

class Fragments : public testing::TestWithParam<IpFields> {};

TEST_P(Fragments, MakeTheirPacketInEveryOrder) {
  const Buffer packet = build_udp(GetParam(), 1000, 53, counting(100));
  auto parts = fragments_of(packet, 32);
  ASSERT_EQ(parts.size(), 4U);
  std::ranges::sort(parts);
  do {
    FragmentTable table;
    std::optional<Buffer> whole;
    for (const auto& part : parts) {
      ASSERT_FALSE(whole);
      whole = table.add(view(part), seconds(1));
    }
    ASSERT_TRUE(whole);
    EXPECT_EQ(view(*whole).payload().size(), 100U);
    EXPECT_TRUE(std::ranges::equal(view(*whole).segment(), view(packet).segment()));
    EXPECT_EQ(transport_checksum_right(view(*whole)), true);
    EXPECT_TRUE(ip_checksum_right(view(*whole)));
    EXPECT_EQ(view(*whole).ip().protocol, kUdp);
    EXPECT_EQ(table.packets(), 0U);
    EXPECT_EQ(table.bytes(), 0U);
  } while (std::ranges::next_permutation(parts).found);
}

TEST_P(Fragments, ThatComeTwiceDoNoHarm) {
  const auto parts = fragments_of(build_udp(GetParam(), 1000, 53, counting(40)), 16);
  FragmentTable table;
  for (std::size_t i = 0; i + 1 < parts.size(); ++i)
    for (int twice = 0; twice < 2; ++twice) EXPECT_FALSE(table.add(view(parts[i]), seconds(1)));
  EXPECT_TRUE(table.add(view(parts.back()), seconds(1)));
}

TEST_P(Fragments, ThatOverlapAreRefusedWithTheirPacket) {
  const Buffer packet = build_udp(GetParam(), 1000, 53, counting(56));
  const auto parts = fragments_of(packet, 16);
  const auto wider = fragments_of(packet, 24);
  FragmentTable table;
  EXPECT_FALSE(table.add(view(parts[0]), seconds(1)));
  EXPECT_FALSE(table.add(view(wider[0]), seconds(1)));
  for (const auto& part : parts) EXPECT_FALSE(table.add(view(part), seconds(2)));
  EXPECT_EQ(table.bytes(), 0U);
  EXPECT_EQ(table.packets(), 1U);
}

TEST_P(Fragments, AreForgottenAtTheirTimeAndNotBefore) {
  const auto parts = fragments_of(build_udp(GetParam(), 1000, 53, counting(40)), 32);
  FragmentTable in_time;
  EXPECT_FALSE(in_time.add(view(parts[0]), seconds(0)));
  EXPECT_TRUE(in_time.add(view(parts[1]), seconds(30) - Moment(1)));
  FragmentTable late;
  EXPECT_FALSE(late.add(view(parts[0]), seconds(0)));
  EXPECT_FALSE(late.add(view(parts[1]), seconds(30)));
}

INSTANTIATE_TEST_SUITE_P(Both, Fragments, testing::Values(kUpV4, kUpV6),
                         [](const auto& one) { return one.param.source.is_v6() ? "v6" : "v4"; });

TEST(FragmentTable, PushesOutTheOldestPacketOverItsBound) {
  FragmentTable table({.packets = 2});
  const Buffer packet = build_udp(kUpV4, 1000, 53, counting(40));
  for (const std::uint32_t id : {1U, 2U, 3U})
    EXPECT_FALSE(table.add(view(fragments_of(packet, 32, id)[0]), seconds(id)));
  EXPECT_EQ(table.packets(), 2U);
  EXPECT_FALSE(table.add(view(fragments_of(packet, 32, 1)[1]), seconds(4)));
  EXPECT_TRUE(table.add(view(fragments_of(packet, 32, 3)[1]), seconds(4)));
}

TEST(FragmentTable, HoldsNoMoreBytesThanItMay) {
  FragmentTable table({.bytes = 100});
  const Buffer packet = build_udp(kUpV4, 1000, 53, counting(88));
  EXPECT_FALSE(table.add(view(fragments_of(packet, 64, 1)[0]), seconds(1)));
  EXPECT_FALSE(table.add(view(fragments_of(packet, 64, 2)[0]), seconds(1)));
  EXPECT_EQ(table.bytes(), 64U);
  EXPECT_TRUE(table.add(view(fragments_of(packet, 64, 2)[1]), seconds(1)));
  EXPECT_FALSE(FragmentTable({.bytes = 63}).add(view(fragments_of(packet, 64, 2)[0]), seconds(1)));
}

TEST(FragmentTable, RefusesMoreFragmentsThanItMay) {
  const Buffer packet = build_udp(kUpV4, 1000, 53, counting(8 * 9));
  for (const std::size_t most : {9U, 10U}) {
    FragmentTable table({.fragments = most});
    std::optional<Buffer> whole;
    for (const auto& part : fragments_of(packet, 8)) whole = table.add(view(part), seconds(1));
    EXPECT_EQ(whole.has_value(), most == 10);
  }
}

TEST(FragmentTable, RefusesOddLengthsInTheMiddleAndASecondEnd) {
  const Buffer packet = build_udp(kUpV4, 1000, 53, counting(40));
  auto parts = fragments_of(packet, 16);
  Buffer odd = build_ip(kUpV4, kUdp, counting(15));
  odd[6] = 0x20;
  fix_checksums(odd);
  FragmentTable table;
  EXPECT_FALSE(table.add(view(odd), seconds(1)));
  EXPECT_EQ(table.bytes(), 0U);
  FragmentTable other;
  EXPECT_FALSE(other.add(view(parts[2]), seconds(1)));
  parts[1][6] = 0;  // now says that it is the last
  fix_checksums(parts[1]);
  EXPECT_FALSE(other.add(view(parts[1]), seconds(1)));
  EXPECT_EQ(other.bytes(), 0U);
}

TEST(FragmentTable, TakesTheFragmentHeaderOutOfTheMiddle) {
  const Buffer udp = build_udp(kUpV6, 1000, 53, counting(24));
  const Bytes segment = view(udp).segment();
  const Buffer hop = hex("2c00010400000000");
  FragmentTable table;
  EXPECT_FALSE(table.add(view(build_ip(kUpV6, 0, concat(hop, hex("1100000100000001"), segment.first(16)))),
                         seconds(1)));
  const auto whole = table.add(
      view(build_ip(kUpV6, 0, concat(hop, hex("1100001000000001"), segment.subspan(16)))), seconds(1));
  ASSERT_TRUE(whole);
  EXPECT_EQ(view(*whole).ip().size, 48U);
  EXPECT_EQ(view(*whole).payload().size(), 24U);
  EXPECT_FALSE(view(*whole).ip().is_fragment());
  EXPECT_EQ(transport_checksum_right(view(*whole)), true);
}

}  // namespace
}  // namespace rozaneh::lab
