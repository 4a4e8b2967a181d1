#include "lab/flow/classifier.h"

#include <gtest/gtest.h>

#include "lab/packet/edit.h"
#include "lab/packets.h"

namespace rozaneh::lab {
namespace {

using std::chrono::milliseconds;

// One connection or flow after the other, a packet each millisecond.
class Traffic {
 public:
  explicit Traffic(Classifier& classifier) : classifier_(classifier) {}

  void open(std::uint16_t port, std::uint16_t server_port = 443, std::uint32_t isn = 1000) {
    port_ = port;
    server_port_ = server_port;
    up_ = isn;
    down_ = 5000;
    send(Direction::up, {}, kSyn);
    send(Direction::down, {}, kSyn | kAck);
  }
  void send(Direction direction, Bytes payload, std::uint8_t flags = kAck) {
    const bool up = direction == Direction::up;
    std::uint32_t& seq = up ? up_ : down_;
    const TcpFields tcp{.source_port = up ? port_ : server_port_,
                        .destination_port = up ? server_port_ : port_,
                        .seq = seq,
                        .ack = up ? down_ : up_,
                        .flags = flags};
    add(build_tcp(up ? kUpV4 : kDownV4, tcp, payload));
    seq += static_cast<std::uint32_t>(payload.size()) + ((flags & (kSyn | kFin)) != 0 ? 1U : 0U);
  }
  void up(std::string_view text) { send(Direction::up, bytes_of(text)); }
  void down(std::string_view text) { send(Direction::down, bytes_of(text)); }
  void datagram(Direction direction, std::uint16_t port, std::uint16_t server_port, Bytes payload) {
    const bool up = direction == Direction::up;
    add(build_udp(up ? kUpV4 : kDownV4, up ? port : server_port, up ? server_port : port, payload));
  }
  void add(const Buffer& packet) { classifier_.add(packet, now_ += milliseconds(1)); }

 private:
  Classifier& classifier_;
  Moment now_{};
  std::uint16_t port_ = 0;
  std::uint16_t server_port_ = 0;
  std::uint32_t up_ = 0;
  std::uint32_t down_ = 0;
};

FlowReport one_of(Classifier& classifier) {
  auto reports = classifier.finish();
  EXPECT_EQ(reports.size(), 1U);
  return reports.empty() ? FlowReport{} : reports[0];
}

TEST(Classifier, KeepsNoMoreThanItMayAndJudgesTheOldestByWhatItHasShown) {
  Classifier classifier({}, 64 * 1024);
  Traffic traffic(classifier);
  for (std::uint16_t i = 0; i < 50; ++i) {
    traffic.open(static_cast<std::uint16_t>(40000 + i));
    traffic.up("GET / HTTP/1.1\r\nHost: a.example\r\nX: " + std::string(2000, 'x'));
    EXPECT_LE(classifier.held(), 64U * 1024);
  }
  EXPECT_GT(classifier.held(), 32U * 1024);
  const auto reports = classifier.finish();
  ASSERT_EQ(reports.size(), 50U);
  for (const FlowReport& each : reports) {
    EXPECT_EQ(each.protocol, Protocol::http);
    EXPECT_EQ(each.name, "a.example");
  }
  EXPECT_EQ(classifier.held(), 0U);
}

TEST(Classifier, TellsAnHttpRequestInPieces) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 80);
  traffic.up("GET / HT");
  traffic.up("TP/1.1\r\nHost: exa");
  traffic.up("mple.org\r\n\r\n");
  traffic.down("HTTP/1.1 200 OK\r\n\r\n");
  const auto report = one_of(classifier);
  EXPECT_EQ(report.protocol, Protocol::http);
  EXPECT_EQ(report.name, "example.org");
  EXPECT_EQ(report.version, "HTTP/1.1");
  EXPECT_EQ(report.key.client.to_string(), "192.0.2.2:40000");
  EXPECT_EQ(report.packets_up, 4U);
  EXPECT_EQ(report.packets_down, 2U);
  EXPECT_EQ(report.bytes_up, 37U);
  EXPECT_EQ(report.exemption, "bits");
  EXPECT_TRUE(report.hits.empty());
  EXPECT_EQ(report.begin, milliseconds(1));
  EXPECT_EQ(report.end, milliseconds(6));
}

TEST(Classifier, TellsSshByItsServer) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 22);
  traffic.down("SSH-2.0-OpenSSH_9.2p1\r\n");
  traffic.up("SSH-2.0-client\r\n");
  const auto report = one_of(classifier);
  EXPECT_EQ(report.protocol, Protocol::ssh);
  EXPECT_EQ(report.name, "SSH-2.0-OpenSSH_9.2p1");
}

const Buffer kRandom = hex(
    "dadd034913c52da75fd9f05dc76803917134808efed97ef8884f2151b712f60fed634f609f132033a15b77ed3ccaa2d20f5b");

TEST(Classifier, TellsWhichRulesEncryptedTrafficHits) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 443);
  traffic.send(Direction::up, kRandom);
  traffic.send(Direction::down, kRandom);
  traffic.send(Direction::up, kRandom);
  const auto report = one_of(classifier);
  EXPECT_EQ(report.protocol, Protocol::unknown);
  EXPECT_EQ(report.exemption, "");
  for (const Rule rule : {Rule::fully_encrypted, Rule::fully_encrypted_ndpi, Rule::fully_encrypted_opengfw,
                          Rule::not_on_whitelist})
    EXPECT_TRUE(report.hit(rule)) << name_of(rule);
  EXPECT_EQ(report.hits.size(), 4U);
}

TEST(Classifier, JudgesTheWhitelistOnItsPortsAndByTwoPacketsOnly) {
  const auto hits = [](std::uint16_t port, int packets) {
    Classifier classifier;
    Traffic traffic(classifier);
    traffic.open(40000, port);
    for (int i = 0; i < packets; ++i) traffic.send(Direction::up, kRandom);
    return one_of(classifier).hit(Rule::not_on_whitelist);
  };
  EXPECT_TRUE(hits(443, 2));
  EXPECT_FALSE(hits(443, 1));
  EXPECT_FALSE(hits(444, 2));
}

TEST(Classifier, JudgesRepeatsOnce) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 443);
  const Buffer packet =
      build_tcp(kUpV4, {.source_port = 40000, .destination_port = 443, .seq = 1001, .flags = kAck}, kRandom);
  traffic.add(packet);
  traffic.add(packet);
  const auto report = one_of(classifier);
  EXPECT_FALSE(report.hit(Rule::not_on_whitelist));
  EXPECT_EQ(report.bytes_up, 100U);
}

TEST(Classifier, FindsAHandshakeInsideOfWhatItDoesNotKnow) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 8388);
  traffic.send(Direction::up, Buffer(640, 0x87));
  for (const std::size_t size : {1448U, 1448U, 1448U, 305U})
    traffic.send(Direction::down, Buffer(size, 0x87));
  traffic.send(Direction::up, Buffer(448, 0x87));
  traffic.send(Direction::down, Buffer(1094, 0x87));
  traffic.send(Direction::up, Buffer(100, 0x87));
  const auto report = one_of(classifier);
  EXPECT_TRUE(report.hit(Rule::inner_handshake));
  EXPECT_FALSE(report.hit(Rule::trojan));
}

TEST(Classifier, TellsQueriesOfBothTransports) {
  const Buffer query = hex("d7ee01000001000000000000076578616d706c65036f72670000010001");
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.datagram(Direction::up, 40000, 53, query);
  traffic.open(40001, 53);
  traffic.send(Direction::up, concat(hex("001d"), query));
  const auto reports = classifier.finish();
  ASSERT_EQ(reports.size(), 2U);
  for (const auto& report : reports) {
    EXPECT_EQ(report.protocol, Protocol::dns);
    EXPECT_EQ(report.name, "example.org");
  }
}

TEST(Classifier, LeavesNetbiosOutOfDns) {
  Classifier classifier;
  Traffic(classifier)
      .datagram(Direction::up, 137, 137, hex("d7ee01000001000000000000076578616d706c65036f72670000200001"));
  EXPECT_EQ(one_of(classifier).protocol, Protocol::unknown);
}

TEST(Classifier, TellsVpnsAndProtocolsWithoutPorts) {
  struct Case {
    Buffer packet;
    Protocol protocol;
  };
  const Buffer ike = concat(hex("01020304050607080000000000000000212022080000000000000040"), Buffer(36));
  for (const auto& [packet, protocol] :
       {Case{build_ip(kUpV4, kGre, hex("3081880b00040007000000010000000000ff")), Protocol::pptp},
        Case{build_ip(kUpV4, kGre, hex("0000080000")), Protocol::gre},
        Case{build_ip(kUpV4, kEsp, counting(30)), Protocol::esp},
        Case{build_ip(kUpV4, kIcmp, hex("0800000000010002")), Protocol::icmp},
        Case{build_udp(kUpV4, 500, 500, ike), Protocol::ike},
        Case{build_udp(kUpV6, 4500, 4500, concat(Buffer(4), ike)), Protocol::ike},
        Case{build_ip(kUpV4, 99, counting(30)), Protocol::unknown}}) {
    Classifier classifier;
    classifier.add(packet, milliseconds(1));
    EXPECT_EQ(one_of(classifier).protocol, protocol) << name_of(protocol);
  }
}

TEST(Classifier, BeginsAnewWherePortsAreUsedAgain) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 80);
  traffic.up("GET /first HTTP/1.1\r\nHost: first.example\r\n\r\n");
  traffic.send(Direction::up, {}, kFin | kAck);
  traffic.open(40000, 80, 77777);
  traffic.up("GET / HTTP/1.1\r\nHost: second.example\r\n\r\n");
  const auto reports = classifier.finish();
  ASSERT_EQ(reports.size(), 2U);
  EXPECT_EQ(reports[0].name, "first.example");
  EXPECT_EQ(reports[1].name, "second.example");
}

TEST(Classifier, TakesARepeatedSynForARepeat) {
  Classifier classifier;
  Traffic traffic(classifier);
  traffic.open(40000, 80);
  traffic.add(build_tcp(kUpV4, {.source_port = 40000, .destination_port = 80, .seq = 1000, .flags = kSyn}));
  traffic.up("GET / HTTP/1.1\r\nHost: first.example\r\n\r\n");
  EXPECT_EQ(one_of(classifier).name, "first.example");
}

TEST(Classifier, PutsFragmentsTogether) {
  const Buffer whole =
      build_udp(kUpV4, 40000, 53, hex("d7ee01000001000000000000076578616d706c65036f72670000010001"));
  const Bytes segment = Bytes(whole).subspan(20);
  Classifier classifier;
  for (const std::size_t at : {16U, 0U}) {
    Buffer part = build_ip(kUpV4, kUdp, segment.subspan(at, std::min<std::size_t>(16, segment.size() - at)));
    if (at == 16) part = build_ip(kUpV4, kUdp, segment.subspan(16));
    copy(MutableBytes(part).subspan(20), segment.subspan(at, part.size() - 20));
    part[6] = at == 0 ? 0x20 : 0;
    part[7] = static_cast<std::uint8_t>(at / 8);
    fix_ip_checksum(part);
    classifier.add(part, milliseconds(1));
  }
  EXPECT_EQ(one_of(classifier).name, "example.org");
}

TEST(Classifier, TellsFlowsInTheOrderOfTheirFirstPacketsAndForgetsThem) {
  Classifier classifier({.flows = 2});
  Traffic traffic(classifier);
  for (const std::uint16_t port : {std::uint16_t{2001}, std::uint16_t{2002}, std::uint16_t{2003}})
    traffic.datagram(Direction::up, port, 2000, counting(5));
  const auto reports = classifier.finish();
  ASSERT_EQ(reports.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(reports[i].key.client.port, 2001 + i);
  EXPECT_TRUE(classifier.finish().empty());
}

TEST(Classifier, PassesOverWhatIsNoPacket) {
  Classifier classifier;
  classifier.add({}, milliseconds(1));
  classifier.add(bytes_of("nonsense"), milliseconds(0));
  EXPECT_TRUE(classifier.finish().empty());
}

}  // namespace
}  // namespace rozaneh::lab
