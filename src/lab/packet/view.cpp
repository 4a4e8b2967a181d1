#include "lab/packet/view.h"

#include "base/reader.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kIpV4 = 20;
constexpr std::size_t kIpV6 = 40;
constexpr std::size_t kUdpSize = 8;
constexpr std::size_t kMaxExtensions = 16;

struct Ip {
  IpHeader header;
  std::size_t length = 0;  // of the whole packet, as it says itself
};

template <std::size_t kSize>
IpAddress address_at(Bytes packet, std::size_t at) {
  std::array<std::uint8_t, kSize> bytes{};
  copy(bytes, packet.subspan(at, kSize));
  return IpAddress(bytes);
}

std::optional<Ip> parse_v4(Bytes packet) {
  if (packet.size() < kIpV4) return std::nullopt;
  Reader reader(packet);
  const std::size_t size = (*reader.u8() & 0x0fU) * std::size_t{4};
  Ip ip;
  ip.header.traffic_class = *reader.u8();
  const std::size_t length = *reader.u16();
  ip.length = length == 0 ? packet.size() : length;
  if (size < kIpV4 || size > packet.size() || ip.length < size) return std::nullopt;
  ip.header.size = size;
  ip.header.id = *reader.u16();
  const std::uint16_t fragment = *reader.u16();
  ip.header.dont_fragment = (fragment & 0x4000U) != 0;
  ip.header.more_fragments = (fragment & 0x2000U) != 0;
  ip.header.fragment_offset = (fragment & 0x1fffU) * std::size_t{8};
  ip.header.ttl = *reader.u8();
  ip.header.protocol = *reader.u8();
  ip.header.source = address_at<4>(packet, 12);
  ip.header.destination = address_at<4>(packet, 16);
  return ip;
}

// Follows the extension headers; false if one of them is cut.
bool walk_extensions(IpHeader& header, Bytes packet) {
  enum : std::uint8_t { kHopByHop = 0, kRouting = 43, kFragment = 44, kDestination = 60 };
  for (std::size_t count = 0; count < kMaxExtensions; ++count) {
    const std::uint8_t kind = header.protocol;
    const bool by_length = kind == kHopByHop || kind == kRouting || kind == kDestination;
    if (!by_length && kind != kFragment) return true;
    Reader reader(packet.subspan(header.size));
    const auto next = reader.u8();
    const auto units = reader.u8();
    if (!next || !units) return false;
    if (kind == kFragment) {
      const auto offset = reader.u16();
      const auto id = reader.u32();
      if (!id) return false;
      header.fragment_offset = *offset & 0xfff8U;
      header.more_fragments = (*offset & 1U) != 0;
      header.id = *id;
    }
    const std::size_t size = by_length ? 8 + *units * std::size_t{8} : 8;
    if (size > packet.size() - header.size) return false;
    header.size += size;
    header.protocol = *next;
    if (header.fragment_offset > 0) return true;  // what follows is the middle of something
  }
  return false;
}

std::optional<Ip> parse_v6(Bytes packet) {
  if (packet.size() < kIpV6) return std::nullopt;
  Reader reader(packet);
  Ip ip;
  ip.header.traffic_class = static_cast<std::uint8_t>(*reader.u32() >> 20U);
  const std::size_t length = *reader.u16();
  ip.header.protocol = *reader.u8();
  ip.header.ttl = *reader.u8();
  ip.header.dont_fragment = true;
  ip.header.source = address_at<16>(packet, 8);
  ip.header.destination = address_at<16>(packet, 24);
  ip.header.size = kIpV6;
  const bool jumbo = length == 0 && ip.header.protocol == 0 && packet.size() > kIpV6;
  ip.length = jumbo ? packet.size() : kIpV6 + length;
  if (!walk_extensions(ip.header, packet.first(std::min(ip.length, packet.size())))) return std::nullopt;
  return ip;
}

std::optional<TcpHeader> parse_tcp(Bytes segment) {
  if (segment.size() < 20) return std::nullopt;
  Reader reader(segment);
  TcpHeader tcp;
  tcp.source_port = *reader.u16();
  tcp.destination_port = *reader.u16();
  tcp.seq = *reader.u32();
  tcp.ack = *reader.u32();
  tcp.size = (*reader.u8() >> 4U) * std::size_t{4};
  tcp.flags = *reader.u8();
  tcp.window = *reader.u16();
  tcp.checksum = *reader.u16();
  if (tcp.size < 20 || tcp.size > segment.size()) return std::nullopt;
  tcp.options = segment.subspan(20, tcp.size - 20);
  return tcp;
}

std::optional<UdpHeader> parse_udp(Bytes segment) {
  if (segment.size() < kUdpSize) return std::nullopt;
  Reader reader(segment);
  UdpHeader udp;
  udp.source_port = *reader.u16();
  udp.destination_port = *reader.u16();
  udp.length = *reader.u16();
  udp.checksum = *reader.u16();
  if (udp.length != 0 && udp.length < kUdpSize) return std::nullopt;
  return udp;
}

std::optional<IcmpHeader> parse_icmp(Bytes segment) {
  if (segment.size() < 8) return std::nullopt;
  Reader reader(segment);
  IcmpHeader icmp;
  icmp.type = *reader.u8();
  icmp.code = *reader.u8();
  icmp.checksum = *reader.u16();
  icmp.rest = *reader.u32();
  return icmp;
}

struct Gre {
  GreHeader header;
  std::size_t size = 0;
};

std::optional<Gre> parse_gre(Bytes segment) {
  Reader reader(segment);
  const auto flags = reader.u16();
  const auto protocol = reader.u16();
  if (!protocol) return std::nullopt;
  Gre gre{.header = {.version = static_cast<std::uint8_t>(*flags & 7U), .protocol = *protocol}, .size = 4};
  for (const unsigned optional_word : {0x8000U, 0x2000U, 0x1000U})
    if ((*flags & optional_word) != 0) gre.size += 4;
  if (gre.header.version == 1) {
    const auto rest = reader.u32();
    if (!rest) return std::nullopt;
    gre.header.call_id = static_cast<std::uint16_t>(*rest);
    if ((*flags & 0x0080U) != 0) gre.size += 4;  // an acknowledgement
  }
  if (gre.size > segment.size()) return std::nullopt;
  return gre;
}

std::optional<EspHeader> parse_esp(Bytes segment) {
  if (segment.size() < 8) return std::nullopt;
  Reader reader(segment);
  EspHeader esp;
  esp.spi = *reader.u32();
  esp.sequence = *reader.u32();
  return esp;
}

struct Transport {
  TransportHeader header;
  Bytes payload;
};

Bytes udp_payload(const UdpHeader& udp, Bytes rest) {
  const bool shorter = udp.length != 0 && udp.length - kUdpSize < rest.size();
  return shorter ? rest.first(udp.length - kUdpSize) : rest;
}

Transport parse_transport(std::uint8_t protocol, Bytes segment) {
  if (protocol == kTcp) {
    if (const auto tcp = parse_tcp(segment)) return {*tcp, segment.subspan(tcp->size)};
  } else if (protocol == kUdp) {
    if (const auto udp = parse_udp(segment)) return {*udp, udp_payload(*udp, segment.subspan(kUdpSize))};
  } else if (protocol == kIcmp || protocol == kIcmpV6) {
    if (const auto icmp = parse_icmp(segment)) return {*icmp, segment.subspan(8)};
  } else if (protocol == kGre) {
    if (const auto gre = parse_gre(segment)) return {gre->header, segment.subspan(gre->size)};
  } else if (protocol == kEsp) {
    if (const auto esp = parse_esp(segment)) return {*esp, segment.subspan(8)};
  }
  return {{}, segment};
}

}  // namespace

std::optional<PacketView> PacketView::parse(Bytes packet) {
  if (packet.empty()) return std::nullopt;
  const unsigned version = packet[0] >> 4U;
  const auto ip = version == 4 ? parse_v4(packet) : version == 6 ? parse_v6(packet) : std::nullopt;
  if (!ip) return std::nullopt;
  PacketView view;
  view.ip_ = ip->header;
  view.truncated_ = ip->length > packet.size();
  view.bytes_ = packet.first(std::min(ip->length, packet.size()));
  // The middle of something has no header of its own.
  const auto transport = view.ip_.fragment_offset > 0 ? Transport{{}, view.segment()}
                                                      : parse_transport(view.ip_.protocol, view.segment());
  view.transport_ = transport.header;
  view.payload_ = transport.payload;
  return view;
}

Endpoint PacketView::source() const {
  if (const auto* header = tcp()) return {ip_.source, header->source_port};
  if (const auto* header = udp()) return {ip_.source, header->source_port};
  return {ip_.source, 0};
}

Endpoint PacketView::destination() const {
  if (const auto* header = tcp()) return {ip_.destination, header->destination_port};
  if (const auto* header = udp()) return {ip_.destination, header->destination_port};
  return {ip_.destination, 0};
}

}  // namespace rozaneh::lab
