#include "lab/packet/segments.h"

#include "base/writer.h"
#include "lab/packet/edit.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kSeq = 4;
constexpr std::size_t kFlags = 13;

void store_u32(MutableBytes at, std::uint32_t value) {
  store_u16(at, static_cast<std::uint16_t>(value >> 16U));
  store_u16(at.subspan(2), static_cast<std::uint16_t>(value));
}

struct Part {
  std::size_t begin;
  std::size_t size;
  std::size_t index;
  bool last;
};

Buffer cut(const PacketView& packet, const Part& part) {
  const std::size_t headers = packet.bytes().size() - packet.payload().size();
  Buffer built = concat(packet.bytes().first(headers), packet.payload().subspan(part.begin, part.size));
  const MutableBytes bytes(built);
  const auto& ip = packet.ip();
  if (ip.source.is_v6()) {
    store_u16(bytes.subspan(4), static_cast<std::uint16_t>(built.size() - 40));
  } else {
    store_u16(bytes.subspan(2), static_cast<std::uint16_t>(built.size()));
    store_u16(bytes.subspan(4), static_cast<std::uint16_t>(ip.id + part.index));
  }
  const MutableBytes tcp = bytes.subspan(ip.size);
  store_u32(tcp.subspan(kSeq), packet.tcp()->seq + static_cast<std::uint32_t>(part.begin));
  if (!part.last) tcp[kFlags] &= static_cast<std::uint8_t>(~(kFin | kPsh));
  if (part.index > 0) tcp[kFlags] &= static_cast<std::uint8_t>(~kCwr);
  fix_checksums(built);
  return built;
}

}  // namespace

std::vector<Buffer> segment_tcp(const PacketView& packet, std::size_t mss) {
  if (packet.tcp() == nullptr || packet.is_truncated() || packet.ip().is_fragment() || mss == 0) return {};
  std::vector<Buffer> parts;
  const std::size_t total = packet.payload().size();
  std::size_t begin = 0;
  do {
    const std::size_t size = std::min(mss, total - begin);
    parts.push_back(cut(packet, {begin, size, parts.size(), begin + size == total}));
    begin += size;
  } while (begin < total);
  return parts;
}

}  // namespace rozaneh::lab
