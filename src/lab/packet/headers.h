// The headers of IP packets as values. Ports, numbers and lengths are in the machine's byte order.
#pragma once

#include <variant>

#include "base/address.h"
#include "base/bytes.h"

namespace rozaneh::lab {

// Protocol numbers (IANA) that the lab looks into.
inline constexpr std::uint8_t kIcmp = 1;
inline constexpr std::uint8_t kTcp = 6;
inline constexpr std::uint8_t kUdp = 17;
inline constexpr std::uint8_t kGre = 47;
inline constexpr std::uint8_t kEsp = 50;
inline constexpr std::uint8_t kIcmpV6 = 58;

// The lower eight of TCP's flags (RFC 9293 section 3.1).
inline constexpr std::uint8_t kFin = 0x01;
inline constexpr std::uint8_t kSyn = 0x02;
inline constexpr std::uint8_t kRst = 0x04;
inline constexpr std::uint8_t kPsh = 0x08;
inline constexpr std::uint8_t kAck = 0x10;
inline constexpr std::uint8_t kUrg = 0x20;
inline constexpr std::uint8_t kEce = 0x40;
inline constexpr std::uint8_t kCwr = 0x80;

// IPv4 (RFC 791) or IPv6 with its extension headers (RFC 8200).
struct IpHeader {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;  // of what follows all extension headers
  std::uint8_t ttl = 0;       // IPv6: hop limit
  std::uint8_t traffic_class = 0;
  std::uint32_t id = 0;        // IPv6: of the fragment header, else 0
  bool dont_fragment = false;  // IPv6: always
  bool more_fragments = false;
  std::size_t fragment_offset = 0;  // bytes
  std::size_t size = 0;             // options or extension headers included

  [[nodiscard]] bool is_fragment() const { return more_fragments || fragment_offset > 0; }
};

struct TcpHeader {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint8_t flags = 0;
  std::uint16_t window = 0;  // not scaled
  std::uint16_t checksum = 0;
  Bytes options = {};  // borrowed from the packet, padding included
  std::size_t size = 0;

  [[nodiscard]] bool has(std::uint8_t wanted) const { return (flags & wanted) == wanted; }
};

struct UdpHeader {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint16_t length = 0;    // as written: header and payload
  std::uint16_t checksum = 0;  // 0: none (IPv4 only)
};

// ICMP and ICMPv6.
struct IcmpHeader {
  std::uint8_t type = 0;
  std::uint8_t code = 0;
  std::uint16_t checksum = 0;
  std::uint32_t rest = 0;

  [[nodiscard]] bool is_echo(bool v6) const { return type == (v6 ? 128 : 8); }
};

// RFC 2784, RFC 2890; with version 1, PPTP's (RFC 2637 section 4.1).
struct GreHeader {
  std::uint8_t version = 0;
  std::uint16_t protocol = 0;  // an Ethernet type
  std::uint16_t call_id = 0;   // version 1 only

  [[nodiscard]] bool is_pptp() const { return version == 1 && protocol == 0x880b; }
};

// RFC 4303.
struct EspHeader {
  std::uint32_t spi = 0;
  std::uint32_t sequence = 0;
};

// monostate: another protocol, a later fragment, or a header that is cut or contradicts itself.
using TransportHeader = std::variant<std::monostate, TcpHeader, UdpHeader, IcmpHeader, GreHeader, EspHeader>;

}  // namespace rozaneh::lab
