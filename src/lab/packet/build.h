// Builds whole IP packets, with right lengths and checksums, for what a censor injects or rewrites.
#pragma once

#include <span>

#include "lab/packet/view.h"

namespace rozaneh::lab {

// Source and destination are of one version.
struct IpFields {
  IpAddress source;
  IpAddress destination;
  std::uint8_t ttl = 64;
  std::uint16_t id = 0;       // IPv4 only
  bool dont_fragment = true;  // IPv4 only
};

struct TcpFields {
  std::uint16_t source_port = 0;
  std::uint16_t destination_port = 0;
  std::uint32_t seq = 0;
  std::uint32_t ack = 0;
  std::uint8_t flags = kRst;
  std::uint16_t window = 0;
  Bytes options = {};  // at most 40, padded with zeros to a multiple of 4
};

// An IP packet without extension headers or options. What does not fit 65,535 bytes is the caller's mistake:
// aborts in debug builds.
Buffer build_ip(const IpFields& ip, std::uint8_t protocol, Bytes segment);

Buffer build_tcp(const IpFields& ip, const TcpFields& tcp, Bytes payload = {});
Buffer build_udp(const IpFields& ip, std::uint16_t source_port, std::uint16_t destination_port,
                 Bytes payload);

// "Destination unreachable" from `from` to the packet's sender: code 3 is no such port, 13 (IPv6: 1) is
// forbidden by an administrator. Quotes as much of the packet as RFC 1812 section 4.3.2.3 (576 bytes) and RFC
// 4443 (1,280) allow.
Buffer build_unreachable(const PacketView& offending, const IpAddress& from, std::uint8_t code);

// The fields of a TCP packet that goes on after `seen` in the same direction (`behind`), as if its sender had
// sent more, or that answers it (`answer`), as if its receiver had. The flags are the caller's; ack is set
// either way. `seen` is TCP. Sequence numbers count payload, SYN and FIN.
struct Injection {
  IpFields ip;
  TcpFields tcp;
};
Injection behind(const PacketView& seen, std::uint8_t flags);
Injection answer(const PacketView& seen, std::uint8_t flags);

// The same packet with another transport payload: headers kept, lengths and checksums right. The packet is
// TCP or UDP and no fragment.
Buffer with_payload(const PacketView& packet, Bytes payload);

}  // namespace rozaneh::lab
