#include "lab/packets.h"
#include "lab/recognise/ipsec.h"
#include "lab/recognise/openvpn.h"
#include "lab/recognise/pptp.h"
#include "lab/recognise/ssh.h"
#include "lab/recognise/wireguard.h"
#include "lab/splits.h"

namespace rozaneh::lab {
namespace {

using enum Direction;

// P_CONTROL_HARD_RESET_CLIENT_V2 and what follows it, as OpenVPN 2.6 without tls-auth sends it.
const Buffer kClientReset = hex("38a1a2a3a4a5a6a7a80000000000");
const Buffer kServerReset = hex("40b1b2b3b4b5b6b7b80100000000a1a2a3a4a5a6a7a800000000");
const Buffer kClientAck = hex("28a1a2a3a4a5a6a7a80100000000b1b2b3b4b5b6b7b8");
const Buffer kClientControl = concat(hex("20a1a2a3a4a5a6a7a80000000001"), Buffer(200, 0x16));

TEST(OpenVpn, IsAResetEachWayAndAnAcknowledgement) {
  for (const Buffer& last : {kClientAck, kClientControl}) {
    OpenVpnObserver observer;
    EXPECT_EQ(observer.add(up, kClientReset), Looks::more);
    EXPECT_EQ(observer.add(up, kClientReset), Looks::more);
    EXPECT_EQ(observer.add(down, kServerReset), Looks::more);
    EXPECT_EQ(observer.add(up, last), Looks::yes);
    EXPECT_EQ(observer.add(up, Buffer(100)), Looks::yes);
  }
}

TEST(OpenVpn, TakesResetsOfVersionsOneAndThree) {
  for (const int opcode : {1, 10}) {
    Buffer reset = kClientReset;
    reset[0] = static_cast<std::uint8_t>(opcode << 3);
    OpenVpnObserver observer;
    EXPECT_EQ(observer.add(up, reset), Looks::more);
    Buffer answer = kServerReset;
    answer[0] = opcode == 1 ? 2 << 3 : 8 << 3;
    EXPECT_EQ(observer.add(down, answer), Looks::more);
    EXPECT_EQ(observer.add(up, kClientAck), Looks::yes);
  }
}

TEST(OpenVpn, IsNothingElse) {
  const auto after_both = [](const Buffer& packet) {
    OpenVpnObserver observer;
    observer.add(up, kClientReset);
    observer.add(down, kServerReset);
    return observer.add(up, packet);
  };
  Buffer other_session = kClientAck;
  other_session[8] ^= 1U;
  EXPECT_EQ(after_both(other_session), Looks::no);
  EXPECT_EQ(after_both(concat(hex("30"), Buffer(50))), Looks::no);  // data before the handshake
  Buffer keyed = kClientReset;
  keyed[0] |= 1U;
  EXPECT_EQ(OpenVpnObserver().add(up, keyed), Looks::no);
  EXPECT_EQ(OpenVpnObserver().add(up, kServerReset), Looks::no);
  EXPECT_EQ(OpenVpnObserver().add(down, kServerReset), Looks::no);
  EXPECT_EQ(OpenVpnObserver().add(up, kClientAck), Looks::no);
  EXPECT_EQ(OpenVpnObserver().add(up, Bytes(kClientReset).first(13)), Looks::no);
}

TEST(OpenVpn, ResetsAreShorterThanQuicsInitials) {
  Buffer reset = kClientReset;
  reset.resize(1199);
  EXPECT_EQ(OpenVpnObserver().add(up, reset), Looks::more);
  reset.resize(1200);
  EXPECT_EQ(OpenVpnObserver().add(up, reset), Looks::no);
}

TEST(OpenVpn, HasElevenOpcodes) {
  for (unsigned opcode = 0; opcode < 32; ++opcode) {
    Buffer packet(40);
    packet[0] = static_cast<std::uint8_t>(opcode << 3U);
    EXPECT_EQ(parse_openvpn(packet).has_value(), opcode >= 1 && opcode <= 11) << opcode;
  }
}

Buffer framed(const Buffer& packet) {
  return concat(
      Buffer{static_cast<std::uint8_t>(packet.size() >> 8U), static_cast<std::uint8_t>(packet.size())},
      packet);
}

TEST(OpenVpnOverTcp, IsTheSameHoweverItIsCut) {
  const Buffer client = concat(framed(kClientReset), framed(kClientAck), framed(kClientControl));
  const Buffer server = framed(kServerReset);
  EXPECT_EQ(settled([&](Bytes up_bytes) { return looks_like_openvpn_over_tcp(up_bytes, server); }, client),
            Looks::yes);
  EXPECT_EQ(
      settled([&](Bytes down_bytes) { return looks_like_openvpn_over_tcp(client, down_bytes); }, server),
      Looks::yes);
  EXPECT_EQ(looks_like_openvpn_over_tcp(client, {}), Looks::more);
  EXPECT_EQ(looks_like_openvpn_over_tcp(framed(kClientReset), server), Looks::more);
  const auto alone = [](Bytes up_bytes) { return looks_like_openvpn_over_tcp(up_bytes, {}); };
  EXPECT_EQ(settled(alone, bytes_of("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")), Looks::no);
  EXPECT_EQ(settled(alone, concat(framed(kClientAck), framed(kClientAck))), Looks::no);
}

Buffer wireguard(std::uint8_t type, std::size_t size, std::uint32_t first, std::uint32_t second = 0) {
  Buffer message(size, 0xaa);
  message[0] = type;
  message[1] = message[2] = message[3] = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    message[4 + i] = static_cast<std::uint8_t>(first >> (8 * i));
    if (type == 2) message[8 + i] = static_cast<std::uint8_t>(second >> (8 * i));
  }
  return message;
}

TEST(WireGuard, HasOneSizeAKindAndMultiplesOfSixteenForData) {
  for (const auto& [type, size] : {std::pair{1, 148}, {2, 92}, {3, 64}}) {
    for (const int off : {-1, 0, 1}) {
      const auto message =
          wireguard(static_cast<std::uint8_t>(type), static_cast<std::size_t>(size + off), 1);
      EXPECT_EQ(parse_wireguard(message).has_value(), off == 0) << type << ' ' << off;
    }
  }
  for (const auto& [size, fits] :
       {std::pair{16, false}, {31, false}, {32, true}, {33, false}, {47, false}, {48, true}, {1456, true}})
    EXPECT_EQ(parse_wireguard(wireguard(4, static_cast<std::size_t>(size), 1)).has_value(), fits) << size;
  EXPECT_FALSE(parse_wireguard(wireguard(0, 148, 1)));
  EXPECT_FALSE(parse_wireguard(wireguard(5, 148, 1)));
  Buffer reserved = wireguard(1, 148, 1);
  reserved[3] = 1;
  EXPECT_FALSE(parse_wireguard(reserved));
}

TEST(WireGuard, IsSureOnceAnIndexMatches) {
  WireGuardObserver observer;
  EXPECT_EQ(observer.add(up, wireguard(1, 148, 0x11111111)), Looks::more);
  EXPECT_EQ(observer.add(up, wireguard(1, 148, 0x22222222)), Looks::more);
  EXPECT_EQ(observer.add(down, wireguard(2, 92, 0x33333333, 0x22222222)), Looks::yes);
  WireGuardObserver cookie;
  cookie.add(up, wireguard(1, 148, 7));
  EXPECT_EQ(cookie.add(down, wireguard(3, 64, 7)), Looks::yes);
}

TEST(WireGuard, IsNotWhatAnswersAnotherIndex) {
  WireGuardObserver observer;
  observer.add(up, wireguard(1, 148, 1));
  EXPECT_EQ(observer.add(down, wireguard(2, 92, 2, 3)), Looks::no);
  WireGuardObserver own;
  own.add(up, wireguard(1, 148, 1));
  EXPECT_EQ(own.add(up, wireguard(4, 32, 1)),
            Looks::more);  // of the wrong side, but the other's is not known
}

TEST(WireGuard, RemembersSixIndexes) {
  for (const unsigned repeats : {5U, 6U}) {
    WireGuardObserver observer;
    observer.add(up, wireguard(1, 148, 100));
    for (unsigned i = 0; i < repeats; ++i) observer.add(up, wireguard(1, 148, 200 + i));
    EXPECT_EQ(observer.add(down, wireguard(2, 92, 9, 100)), repeats == 5 ? Looks::yes : Looks::no);
  }
}

TEST(WireGuard, GivesUpAfterEightThatMatchNothing) {
  WireGuardObserver observer;
  for (int i = 0; i < 7; ++i) EXPECT_EQ(observer.add(up, wireguard(4, 32, 5)), Looks::more);
  EXPECT_EQ(observer.add(up, wireguard(4, 32, 5)), Looks::no);
}

// Initiator's SPI, no responder's, SA payload, version, exchange, flags, id, length.
Buffer ike(std::uint8_t version, std::uint8_t exchange, std::uint8_t flags) {
  return concat(hex("0102030405060708000000000000000021"), Buffer{version, exchange, flags},
                hex("0000000000000040"), Buffer(36));
}

TEST(Ipsec, KnowsIkeOfBothVersions) {
  EXPECT_EQ(recognise_ipsec(ike(0x20, 34, 0x08), 500), IpsecUdp::ike_v2);
  EXPECT_EQ(recognise_ipsec(ike(0x10, 2, 0), 500), IpsecUdp::ike_v1);
  EXPECT_EQ(recognise_ipsec(ike(0x10, 4, 0), 500), IpsecUdp::ike_v1);
  EXPECT_TRUE(begins_ike(ike(0x20, 34, 0x08), 500));
  EXPECT_EQ(recognise_ipsec(ike(0x20, 33, 0x08), 500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(ike(0x20, 34, 0x48), 500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(ike(0x10, 6, 0), 500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(ike(0x10, 2, 8), 500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(ike(0x30, 34, 8), 500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(ike(0x20, 34, 8), 53), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(concat(ike(0x20, 34, 8), Buffer(1)), 500), IpsecUdp::none);
  Buffer later = ike(0x20, 35, 0x20);
  later[8] = 1;
  EXPECT_EQ(recognise_ipsec(later, 500), IpsecUdp::ike_v2);
  EXPECT_FALSE(begins_ike(later, 500));
}

TEST(Ipsec, TellsIkeFromEspOnThePortOfNat) {
  EXPECT_EQ(recognise_ipsec(concat(Buffer(4), ike(0x20, 35, 0x08)), 4500), IpsecUdp::ike_v2);
  EXPECT_EQ(recognise_ipsec(ike(0x20, 35, 0x08), 4500), IpsecUdp::esp);
  EXPECT_EQ(recognise_ipsec(hex("ff"), 4500), IpsecUdp::keepalive);
  EXPECT_EQ(recognise_ipsec(hex("fe"), 4500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(hex("ff"), 500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(concat(hex("00000100"), Buffer(14)), 4500), IpsecUdp::esp);
  EXPECT_EQ(recognise_ipsec(concat(hex("000000ff"), Buffer(14)), 4500), IpsecUdp::none);
  EXPECT_EQ(recognise_ipsec(concat(hex("00000100"), Buffer(13)), 4500), IpsecUdp::none);
}

TEST(Pptp, BeginsWithItsMagic) {
  const Buffer request = concat(hex("009c00011a2b3c4d00010000"), Buffer(144));
  EXPECT_EQ(settled(looks_like_pptp, request), Looks::yes);
  EXPECT_EQ(looks_like_pptp(Bytes(request).first(9)), Looks::more);
  EXPECT_EQ(looks_like_pptp(Bytes(request).first(10)), Looks::yes);
  for (std::size_t i = 0; i < 10; ++i) {
    Buffer wrong = request;
    wrong[i] ^= 1U;
    EXPECT_EQ(settled(looks_like_pptp, wrong), Looks::no) << i;
  }
}

TEST(Ssh, IsKnownByItsVersion) {
  EXPECT_EQ(settled(looks_like_ssh, bytes_of("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n")), Looks::yes);
  EXPECT_EQ(settled(looks_like_ssh, bytes_of("SSH-1.99-OpenSSH\r\n")), Looks::yes);
  EXPECT_EQ(settled(looks_like_ssh, bytes_of("SSH-1.5-x")), Looks::yes);
  EXPECT_EQ(looks_like_ssh(bytes_of("SSH-2.0")), Looks::more);
  EXPECT_EQ(settled(looks_like_ssh, bytes_of("SSH-3.0-x")), Looks::no);
  EXPECT_EQ(settled(looks_like_ssh, bytes_of("ssh-2.0-x")), Looks::no);
}

TEST(Ssh, GivesTheLineOnceItIsWhole) {
  EXPECT_EQ(ssh_identification(bytes_of("SSH-2.0-a b\r\nrest")), "SSH-2.0-a b");
  EXPECT_EQ(ssh_identification(bytes_of("SSH-2.0-a\n")), "SSH-2.0-a");
  EXPECT_EQ(ssh_identification(bytes_of("SSH-2.0-a")), std::nullopt);
  const std::string longest = "SSH-2.0-" + std::string(245, 'x') + "\r\n";
  EXPECT_TRUE(ssh_identification(bytes_of(longest)));
  EXPECT_FALSE(ssh_identification(bytes_of("SSH-2.0-x" + longest.substr(8))));
}

}  // namespace
}  // namespace rozaneh::lab
