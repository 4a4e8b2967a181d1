#include "lab/packet/build.h"

#include "base/writer.h"
#include "lab/packet/edit.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kIpV4Length = 2;
constexpr std::size_t kIpV6Length = 4;
[[maybe_unused]] constexpr std::size_t kMaxPacket = 65535;

void put_address(Writer& writer, const IpAddress& address) {
  if (address.is_v6())
    writer.bytes(address.v6());
  else
    writer.bytes(address.v4());
}

void put_v4(Writer& writer, const IpFields& ip, std::uint8_t protocol, std::size_t length) {
  writer.u8(0x45).u8(0).u16(static_cast<std::uint16_t>(20 + length)).u16(ip.id);
  writer.u16(ip.dont_fragment ? 0x4000 : 0).u8(ip.ttl).u8(protocol).u16(0);
}

void put_v6(Writer& writer, const IpFields& ip, std::uint8_t protocol, std::size_t length) {
  writer.u32(0x60000000).u16(static_cast<std::uint16_t>(length)).u8(protocol).u8(ip.ttl);
}

// How far the packet moves its sender's sequence number on.
std::uint32_t span_of(const PacketView& packet) {
  const auto& tcp = *packet.tcp();
  return static_cast<std::uint32_t>(packet.payload().size()) + (tcp.has(kSyn) ? 1U : 0U) +
         (tcp.has(kFin) ? 1U : 0U);
}

}  // namespace

Buffer build_ip(const IpFields& ip, std::uint8_t protocol, Bytes segment) {
  assert(ip.source.is_v6() == ip.destination.is_v6() && segment.size() + 40 <= kMaxPacket);
  Writer writer;
  if (ip.source.is_v6())
    put_v6(writer, ip, protocol, segment.size());
  else
    put_v4(writer, ip, protocol, segment.size());
  put_address(writer, ip.source);
  put_address(writer, ip.destination);
  writer.bytes(segment);
  Buffer packet = writer.take();
  fix_checksums(packet);
  return packet;
}

Buffer build_tcp(const IpFields& ip, const TcpFields& tcp, Bytes payload) {
  assert(tcp.options.size() <= 40);
  const std::size_t padding = (4 - tcp.options.size() % 4) % 4;
  const std::size_t words = (20 + tcp.options.size() + padding) / 4;
  Writer writer;
  writer.u16(tcp.source_port).u16(tcp.destination_port).u32(tcp.seq).u32(tcp.ack);
  writer.u8(static_cast<std::uint8_t>(words << 4U)).u8(tcp.flags).u16(tcp.window).u16(0).u16(0);
  writer.bytes(tcp.options).zeros(padding).bytes(payload);
  return build_ip(ip, kTcp, writer.view());
}

Buffer build_udp(const IpFields& ip, std::uint16_t source_port, std::uint16_t destination_port,
                 Bytes payload) {
  Writer writer;
  writer.u16(source_port).u16(destination_port).u16(static_cast<std::uint16_t>(8 + payload.size())).u16(0);
  writer.bytes(payload);
  return build_ip(ip, kUdp, writer.view());
}

Buffer build_unreachable(const PacketView& offending, const IpAddress& from, std::uint8_t code) {
  const bool v6 = from.is_v6();
  const std::size_t most = v6 ? 1280 - 40 - 8 : 576 - 20 - 8;
  Writer writer;
  writer.u8(v6 ? 1 : 3).u8(code).u16(0).u32(0);
  writer.bytes(offending.bytes().first(std::min(most, offending.bytes().size())));
  return build_ip({.source = from, .destination = offending.ip().source}, v6 ? kIcmpV6 : kIcmp,
                  writer.view());
}

Injection behind(const PacketView& seen, std::uint8_t flags) {
  const auto& tcp = *seen.tcp();
  return {.ip = {.source = seen.ip().source, .destination = seen.ip().destination},
          .tcp = {.source_port = tcp.source_port,
                  .destination_port = tcp.destination_port,
                  .seq = tcp.seq + span_of(seen),
                  .ack = tcp.ack,
                  .flags = flags}};
}

Injection answer(const PacketView& seen, std::uint8_t flags) {
  const auto& tcp = *seen.tcp();
  return {.ip = {.source = seen.ip().destination, .destination = seen.ip().source},
          .tcp = {.source_port = tcp.destination_port,
                  .destination_port = tcp.source_port,
                  .seq = tcp.ack,
                  .ack = tcp.seq + span_of(seen),
                  .flags = flags}};
}

Buffer with_payload(const PacketView& packet, Bytes payload) {
  const std::size_t headers = packet.ip().size + (packet.tcp() != nullptr ? packet.tcp()->size : 8);
  Buffer built = concat(packet.bytes().first(headers), payload);
  const std::size_t length = built.size();
  assert(length <= kMaxPacket);
  const MutableBytes bytes(built);
  if (packet.ip().source.is_v6())
    store_u16(bytes.subspan(kIpV6Length), static_cast<std::uint16_t>(length - 40));
  else
    store_u16(bytes.subspan(kIpV4Length), static_cast<std::uint16_t>(length));
  if (packet.udp() != nullptr)
    store_u16(bytes.subspan(packet.ip().size + 4), static_cast<std::uint16_t>(8 + payload.size()));
  fix_checksums(built);
  return built;
}

}  // namespace rozaneh::lab
