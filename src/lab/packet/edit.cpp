#include "lab/packet/edit.h"

#include "base/writer.h"
#include "lab/packet/checksum.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kIpV4Id = 4;
constexpr std::size_t kIpV4Ttl = 8;
constexpr std::size_t kIpV4Checksum = 10;
constexpr std::size_t kIpV6HopLimit = 7;

std::uint16_t load_u16(Bytes at) { return static_cast<std::uint16_t>(at[0] << 8U | at[1]); }

// Where in the segment the checksum stands; nullopt where there is none that can be known.
std::optional<std::size_t> checksum_place(const PacketView& packet) {
  if (packet.ip().is_fragment() || packet.is_truncated()) return std::nullopt;
  if (packet.tcp() != nullptr) return 16;
  if (packet.udp() != nullptr) return 6;
  if (packet.icmp() != nullptr) return 2;
  return std::nullopt;
}

// UDP's own length may be shorter than the packet (RFC 768); the rest is not covered.
Bytes covered(const PacketView& packet) {
  const Bytes segment = packet.segment();
  const auto* udp = packet.udp();
  return udp != nullptr && udp->length != 0 && udp->length < segment.size() ? segment.first(udp->length)
                                                                            : segment;
}

std::uint16_t transport_sum(const PacketView& packet) {
  const Bytes segment = covered(packet);
  Checksum sum;
  const bool plain = packet.ip().protocol == kIcmp;  // the one without a pseudo-header
  if (!plain)
    sum.add_pseudo_header(packet.ip().source, packet.ip().destination, packet.ip().protocol, segment.size());
  return sum.add(segment).value();
}

void replace_u16(MutableBytes packet, std::size_t at, std::uint16_t value) {
  const std::uint16_t before = load_u16(packet.subspan(at));
  const std::uint16_t checksum = load_u16(packet.subspan(kIpV4Checksum));
  store_u16(packet.subspan(at), value);
  store_u16(packet.subspan(kIpV4Checksum), updated_checksum(checksum, before, value));
}

}  // namespace

std::optional<bool> transport_checksum_right(const PacketView& packet) {
  if (!checksum_place(packet)) return std::nullopt;
  if (packet.udp() != nullptr && packet.udp()->checksum == 0) return !packet.ip().source.is_v6();
  return transport_sum(packet) == 0;
}

bool ip_checksum_right(const PacketView& packet) {
  return packet.ip().source.is_v6() || Checksum().add(packet.bytes().first(packet.ip().size)).value() == 0;
}

void fix_ip_checksum(MutableBytes packet) {
  const auto view = PacketView::parse(packet);
  if (!view || view->ip().source.is_v6()) return;
  store_u16(packet.subspan(kIpV4Checksum), 0);
  store_u16(packet.subspan(kIpV4Checksum), Checksum().add(packet.first(view->ip().size)).value());
}

void fix_checksums(MutableBytes packet) {
  fix_ip_checksum(packet);
  const auto view = PacketView::parse(packet);
  if (!view) return;
  const auto place = checksum_place(*view);
  if (!place) return;
  const MutableBytes at = packet.subspan(view->ip().size + *place, 2);
  store_u16(at, 0);
  const std::uint16_t sum = transport_sum(*view);
  // UDP writes a sum of 0 as all ones, because 0 says that there is none (RFC 768).
  store_u16(at, sum == 0 && view->udp() != nullptr ? std::uint16_t{0xffff} : sum);
}

bool take_hop(MutableBytes packet) {
  const auto view = PacketView::parse(packet);
  if (!view || view->ip().ttl <= 1) return false;
  if (view->ip().source.is_v6())
    --packet[kIpV6HopLimit];
  else
    replace_u16(packet, kIpV4Ttl, static_cast<std::uint16_t>(load_u16(packet.subspan(kIpV4Ttl)) - 0x100U));
  return true;
}

void set_ip_id(MutableBytes packet, std::uint16_t id) {
  const auto view = PacketView::parse(packet);
  if (view && !view->ip().source.is_v6()) replace_u16(packet, kIpV4Id, id);
}

}  // namespace rozaneh::lab
