#include "lab/packet/checksum.h"

#include <gtest/gtest.h>

#include "lab/packet/edit.h"
#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

// RFC 1071 section 3: these bytes sum to ddf2.
TEST(Checksum, IsThatOfTheRfc) { EXPECT_EQ(Checksum().add(hex("0001f203f4f5f6f7")).value(), 0x220d); }

TEST(Checksum, IsTheSameHoweverTheBytesAreCutAtEvenPlaces) {
  const Buffer bytes = counting(1501);
  const auto whole = Checksum().add(bytes).value();
  for (std::size_t cut = 0; cut <= bytes.size() - 1; cut += 2)
    ASSERT_EQ(Checksum().add(Bytes(bytes).first(cut)).add(Bytes(bytes).subspan(cut)).value(), whole) << cut;
}

TEST(Checksum, IsThatOfASumWordByWord) {
  for (std::size_t size = 0; size < 70; ++size) {
    const Buffer bytes = counting(size);
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < size; i += 2)
      sum += static_cast<std::uint32_t>(bytes[i] << 8U) + (i + 1 < size ? bytes[i + 1] : 0U);
    while (sum > 0xffff) sum = (sum & 0xffffU) + (sum >> 16U);
    ASSERT_EQ(Checksum().add(bytes).value(), static_cast<std::uint16_t>(~sum)) << size;
  }
}

// RFC 1624 section 4: the case that RFC 1141 gets wrong.
TEST(UpdatedChecksum, IsThatOfTheRfc) { EXPECT_EQ(updated_checksum(0xdd2f, 0x5555, 0x3285), 0x0000); }

TEST(UpdatedChecksum, IsThatOfAllBytesAnew) {
  Buffer packet = counting(40);
  packet[10] = packet[11] = 0;
  const auto before = Checksum().add(packet).value();
  for (unsigned word = 0; word < 0x10000; word += 17) {
    Buffer changed = packet;
    changed[4] = static_cast<std::uint8_t>(word >> 8U);
    changed[5] = static_cast<std::uint8_t>(word);
    const auto old_word = static_cast<std::uint16_t>(packet[4] << 8U | packet[5]);
    ASSERT_EQ(updated_checksum(before, old_word, static_cast<std::uint16_t>(word)),
              Checksum().add(changed).value());
  }
}

struct Built {
  const char* name;
  Buffer packet;
};

class Transports : public testing::TestWithParam<Built> {};

TEST_P(Transports, HaveRightChecksumsUntilABitFlips) {
  Buffer packet = GetParam().packet;
  EXPECT_EQ(transport_checksum_right(view(packet)), true);
  EXPECT_TRUE(ip_checksum_right(view(packet)));
  packet.back() ^= 1U;
  EXPECT_EQ(transport_checksum_right(view(packet)), false);
  fix_checksums(packet);
  EXPECT_EQ(transport_checksum_right(view(packet)), true);
}

INSTANTIATE_TEST_SUITE_P(
    Edit, Transports,
    testing::Values(Built{"tcp4", build_tcp(kUpV4, {.source_port = 1, .destination_port = 2}, counting(33))},
                    Built{"tcp6", build_tcp(kUpV6, {.source_port = 1, .destination_port = 2}, counting(34))},
                    Built{"udp4", build_udp(kUpV4, 1, 2, counting(9))},
                    Built{"udp6", build_udp(kUpV6, 1, 2, counting(10))},
                    Built{"icmp4", build_ip(kUpV4, kIcmp, hex("080000000001000261"))},
                    Built{"icmp6", build_ip(kUpV6, kIcmpV6, hex("800000000001000261"))}),
    [](const auto& one) { return one.param.name; });

TEST(Edit, SaysNothingOfFragmentsAndCutPackets) {
  Buffer packet = build_udp(kUpV4, 1, 2, counting(32));
  EXPECT_EQ(transport_checksum_right(view(Bytes(packet).first(50))), std::nullopt);
  packet[6] = 0x20;
  EXPECT_EQ(transport_checksum_right(view(packet)), std::nullopt);
  EXPECT_EQ(transport_checksum_right(view(build_ip(kUpV4, kEsp, counting(20)))), std::nullopt);
}

TEST(Edit, TakesUdpWithoutAChecksumOverIpV4Only) {
  Buffer packet = build_udp(kUpV4, 1, 2, counting(8));
  packet[26] = packet[27] = 0;
  EXPECT_EQ(transport_checksum_right(view(packet)), true);
  Buffer six = build_udp(kUpV6, 1, 2, counting(8));
  six[46] = six[47] = 0;
  EXPECT_EQ(transport_checksum_right(view(six)), false);
}

TEST(Edit, WritesASumOfZeroOfUdpAsOnes) {
  // The payload makes the sum 0: it is the complement of all else.
  const Buffer empty = build_udp(kUpV4, 1, 2, hex("0000"));
  const Buffer packet = build_udp(kUpV4, 1, 2, Bytes(empty).subspan(26, 2));
  EXPECT_EQ(view(packet).udp()->checksum, 0xffff);
  EXPECT_EQ(transport_checksum_right(view(packet)), true);
}

TEST(Edit, TakesHopsUntilNoneIsLeft) {
  for (const auto& ip : {kUpV4, kUpV6}) {
    IpFields fields = ip;
    fields.ttl = 2;
    Buffer packet = build_udp(fields, 1, 2, counting(8));
    EXPECT_TRUE(take_hop(packet));
    EXPECT_EQ(view(packet).ip().ttl, 1);
    EXPECT_TRUE(ip_checksum_right(view(packet)));
    EXPECT_FALSE(take_hop(packet));
    EXPECT_EQ(view(packet).ip().ttl, 1);
  }
}

TEST(Edit, ChangesTheIdentificationWithItsChecksum) {
  Buffer packet = build_udp(kUpV4, 1, 2, counting(8));
  for (const std::uint16_t id : std::initializer_list<std::uint16_t>{0, 1, 0x9916, 0x9933, 0xffff}) {
    set_ip_id(packet, id);
    EXPECT_EQ(view(packet).ip().id, id);
    EXPECT_TRUE(ip_checksum_right(view(packet)));
  }
}

}  // namespace
}  // namespace rozaneh::lab
