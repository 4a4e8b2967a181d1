#include "lab/packet/capture.h"
#include "lab/packet/ethernet.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint32_t kNanoseconds = 0xa1b23c4d;
constexpr std::uint32_t kSnapLength = 262144;

bool is_ip(std::uint16_t type) { return type == kEtherTypeIpV4 || type == kEtherTypeIpV6; }

std::optional<Bytes> behind(Bytes frame, std::size_t header) {
  if (frame.size() <= header) return std::nullopt;
  return frame.subspan(header);
}

// The protocol stands at `at` in network byte order.
std::optional<Bytes> cooked(Bytes frame, std::size_t at, std::size_t header) {
  if (frame.size() <= header || !is_ip(static_cast<std::uint16_t>(frame[at] << 8U | frame[at + 1])))
    return std::nullopt;
  return frame.subspan(header);
}

void put_little(Buffer& to, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) to.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
}

}  // namespace

std::optional<Bytes> ip_packet_of(const CapturedPacket& packet) {
  switch (packet.link) {
    case LinkType::ethernet: {
      const auto frame = parse_ethernet(packet.frame);
      if (!frame || !is_ip(frame->type)) return std::nullopt;
      return frame->payload;
    }
    case LinkType::null:
    case LinkType::loop:
      // IPv6's family has another number on each system; the packet's own first bits say the version.
      return behind(packet.frame, 4);
    case LinkType::linux_cooked:
      return cooked(packet.frame, 14, 16);
    case LinkType::linux_cooked_2:
      return cooked(packet.frame, 0, 20);
    case LinkType::raw:
    case LinkType::raw_old:
    case LinkType::ipv4:
    case LinkType::ipv6:
      return behind(packet.frame, 0);
  }
  return std::nullopt;
}

Buffer capture_head(LinkType link) {
  Buffer head;
  put_little(head, kNanoseconds, 4);
  put_little(head, 2, 2);
  put_little(head, 4, 2);
  put_little(head, 0, 8);
  put_little(head, kSnapLength, 4);
  put_little(head, static_cast<std::uint32_t>(link), 4);
  return head;
}

Buffer capture_record(Bytes frame, Moment when) {
  const auto nanoseconds = static_cast<std::uint64_t>(std::max<std::int64_t>(0, when.count()));
  const Bytes kept = frame.first(std::min<std::size_t>(frame.size(), kSnapLength));
  Buffer record;
  put_little(record, nanoseconds / 1'000'000'000, 4);
  put_little(record, nanoseconds % 1'000'000'000, 4);
  put_little(record, kept.size(), 4);
  put_little(record, frame.size(), 4);
  append(record, kept);
  return record;
}

}  // namespace rozaneh::lab
