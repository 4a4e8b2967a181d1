#include "lab/packet/build.h"

#include <gtest/gtest.h>

#include "lab/packet/edit.h"
#include "lab/packet/segments.h"
#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

const Buffer kHello = build_tcp(
    kUpV4, {.source_port = 40000, .destination_port = 443, .seq = 1000, .ack = 5000, .flags = kAck | kPsh},
    counting(517));

TEST(Injection, BehindAPacketGoesOnInItsDirection) {
  const auto next = behind(view(kHello), kRst);
  const Buffer reset = build_tcp(next.ip, next.tcp);
  EXPECT_EQ(view(reset).destination().to_string(), "198.51.100.2:443");
  EXPECT_EQ(view(reset).tcp()->seq, 1517U);
  EXPECT_EQ(view(reset).tcp()->ack, 5000U);
  EXPECT_EQ(view(reset).tcp()->flags, kRst);
  EXPECT_EQ(reset.size(), 40U);
}

TEST(Injection, AnswersAPacketWithWhatItsReceiverWouldSay) {
  auto reply = answer(view(kHello), kRst | kAck);
  reply.ip.id = 1;
  reply.ip.ttl = 58;
  reply.ip.dont_fragment = false;
  const Buffer reset = build_tcp(reply.ip, reply.tcp, hex("01020304050607080900"));
  const auto seen = view(reset);
  EXPECT_EQ(seen.source().to_string(), "198.51.100.2:443");
  EXPECT_EQ(seen.destination().to_string(), "192.0.2.2:40000");
  EXPECT_EQ(seen.tcp()->seq, 5000U);
  EXPECT_EQ(seen.tcp()->ack, 1517U);
  EXPECT_EQ(seen.ip().id, 1U);
  EXPECT_EQ(seen.ip().ttl, 58);
  EXPECT_FALSE(seen.ip().dont_fragment);
  EXPECT_EQ(seen.payload().size(), 10U);
  EXPECT_EQ(transport_checksum_right(seen), true);
}

TEST(Injection, CountsSynAndFinAsOne) {
  const Buffer syn = build_tcp(kUpV4, {.seq = 0xffffffff, .flags = kSyn});
  EXPECT_EQ(answer(view(syn), kRst | kAck).tcp.ack, 0U);
  const Buffer fin = build_tcp(kUpV4, {.seq = 9, .flags = kFin | kAck}, counting(2));
  EXPECT_EQ(behind(view(fin), kRst).tcp.seq, 12U);
}

TEST(Unreachable, QuotesThePacketAndNoMoreThanMayBe) {
  const Buffer four = build_unreachable(view(kHello), address("203.0.113.1"), 13);
  EXPECT_EQ(four.size(), 576U);
  EXPECT_EQ(view(four).icmp()->type, 3);
  EXPECT_EQ(view(four).icmp()->code, 13);
  EXPECT_EQ(view(four).ip().destination, address("192.0.2.2"));
  EXPECT_EQ(view(view(four).payload()).source(), view(kHello).source());
  const Buffer large = build_tcp(kUpV6, {}, counting(1400));
  const Buffer six = build_unreachable(view(large), address("2001:db8::1"), 1);
  EXPECT_EQ(six.size(), 1280U);
  EXPECT_EQ(view(six).icmp()->type, 1);
  EXPECT_EQ(transport_checksum_right(view(six)), true);
}

TEST(WithPayload, KeepsTheHeadersAndMakesTheRestRight) {
  const Buffer udp = build_udp(kUpV6, 1000, 53, counting(40));
  const auto changed = with_payload(view(udp), bytes_of("short"));
  EXPECT_EQ(text_of(view(changed).payload()), "short");
  EXPECT_EQ(view(changed).udp()->length, 13);
  EXPECT_EQ(transport_checksum_right(view(changed)), true);
  Buffer longer = udp;
  longer[40 + 5] = 8 + 3;  // UDP's own length ends before the packet does
  EXPECT_EQ(with_payload(view(longer), bytes_of("short")), changed);
  const auto tcp = with_payload(view(kHello), counting(1000));
  EXPECT_EQ(view(tcp).bytes().size(), 1040U);
  EXPECT_EQ(view(tcp).tcp()->seq, 1000U);
  EXPECT_TRUE(ip_checksum_right(view(tcp)));
  EXPECT_EQ(transport_checksum_right(view(tcp)), true);
}

TEST(SegmentTcp, CutsAtTheSizeAndNotBelowIt) {
  EXPECT_EQ(segment_tcp(view(kHello), 517).size(), 1U);
  EXPECT_EQ(segment_tcp(view(kHello), 516).size(), 2U);
  EXPECT_EQ(segment_tcp(view(build_tcp(kUpV4, {})), 1).size(), 1U);
}

TEST(SegmentTcp, MakesPartsThatAreTheWholeAgain) {
  for (const auto& ip : {kUpV4, kUpV6}) {
    const Buffer payload = counting(60000);
    const Buffer large = build_tcp(ip,
                                   {.source_port = 1,
                                    .destination_port = 2,
                                    .seq = 0xffff0000,
                                    .flags = kAck | kPsh | kFin | kCwr,
                                    .options = hex("0101080a0000000100000002")},
                                   payload);
    const auto parts = segment_tcp(view(large), 1448);
    ASSERT_EQ(parts.size(), 42U);
    Buffer all;
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const auto part = view(parts[i]);
      const bool last = i + 1 == parts.size();
      ASSERT_EQ(part.tcp()->seq, static_cast<std::uint32_t>(0xffff0000 + all.size()));
      ASSERT_EQ(part.tcp()->options.size(), 12U);
      ASSERT_EQ(part.tcp()->has(kFin), last);
      ASSERT_EQ(part.tcp()->has(kPsh), last);
      ASSERT_EQ(part.tcp()->has(kCwr), i == 0);
      ASSERT_EQ(transport_checksum_right(part), true);
      ASSERT_TRUE(ip_checksum_right(part));
      ASSERT_EQ(part.ip().id, ip.source.is_v6() ? 0U : i);
      append(all, part.payload());
    }
    EXPECT_EQ(all, payload);
  }
}

TEST(SegmentTcp, LeavesOutWhatItCannotCut) {
  EXPECT_TRUE(segment_tcp(view(build_udp(kUpV4, 1, 2, counting(3000))), 1000).empty());
  EXPECT_TRUE(segment_tcp(view(Bytes(kHello).first(100)), 10).empty());
}

}  // namespace
}  // namespace rozaneh::lab
