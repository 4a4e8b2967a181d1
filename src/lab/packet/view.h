// Looks at an IP packet without copying it.
#pragma once

#include <optional>

#include "lab/packet/headers.h"

namespace rozaneh::lab {

// Borrows the packet's bytes, which outlive it. Costs no memory and no more than one pass over the headers.
class PacketView {
 public:
  // `packet` begins with the IP header (no link header) and may have link padding after its end. nullopt: no
  // IP, an IP header that is cut, or lengths that contradict each other. At most 16 extension headers are
  // followed.
  static std::optional<PacketView> parse(Bytes packet);

  // The packet by its own length, without padding. An IPv4 length of 0 (what Linux writes on an offloaded
  // packet) and an IPv6 length of 0 before a hop-by-hop header (a jumbogram, RFC 2675) mean all bytes that
  // are there.
  [[nodiscard]] Bytes bytes() const { return bytes_; }
  // Whether the packet says that it is longer than the bytes that are there, as in captures with a snap
  // length.
  [[nodiscard]] bool is_truncated() const { return truncated_; }

  [[nodiscard]] const IpHeader& ip() const { return ip_; }
  [[nodiscard]] const TransportHeader& transport() const { return transport_; }
  [[nodiscard]] const TcpHeader* tcp() const { return std::get_if<TcpHeader>(&transport_); }
  [[nodiscard]] const UdpHeader* udp() const { return std::get_if<UdpHeader>(&transport_); }
  [[nodiscard]] const IcmpHeader* icmp() const { return std::get_if<IcmpHeader>(&transport_); }
  [[nodiscard]] const GreHeader* gre() const { return std::get_if<GreHeader>(&transport_); }
  [[nodiscard]] const EspHeader* esp() const { return std::get_if<EspHeader>(&transport_); }

  // What follows the IP header, transport header included.
  [[nodiscard]] Bytes segment() const { return bytes_.subspan(ip_.size); }
  // What follows the transport header; without one that is understood, all that follows the IP header.
  [[nodiscard]] Bytes payload() const { return payload_; }

  // TCP's and UDP's ports; 0 for other protocols, but ICMP's echo identifier, GRE's call and ESP's SPI do not
  // count.
  [[nodiscard]] Endpoint source() const;
  [[nodiscard]] Endpoint destination() const;

 private:
  Bytes bytes_;
  Bytes payload_;
  IpHeader ip_;
  TransportHeader transport_;
  bool truncated_ = false;
};

}  // namespace rozaneh::lab
