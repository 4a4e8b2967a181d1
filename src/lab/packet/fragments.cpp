#include "lab/packet/fragments.h"

#include <algorithm>

#include "base/writer.h"
#include "lab/packet/edit.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMaxPacket = 65535;
constexpr std::size_t kFragmentHeader = 8;

// The header of the packet that the first fragment begins, without what made it a fragment.
Buffer whole_header(const PacketView& first) {
  const auto& ip = first.ip();
  Buffer header(first.bytes().begin(), first.bytes().begin() + static_cast<std::ptrdiff_t>(ip.size));
  if (!ip.source.is_v6()) {
    store_u16(MutableBytes(header).subspan(6), 0);
    return header;
  }
  // The fragment header stands somewhere among the extensions; whoever names it now names what follows it.
  std::size_t named = 6;
  for (std::size_t at = 40; at + kFragmentHeader <= header.size();) {
    if (header[named] == 44) {
      header[named] = header[at];
      header.erase(header.begin() + static_cast<std::ptrdiff_t>(at),
                   header.begin() + static_cast<std::ptrdiff_t>(at + kFragmentHeader));
      break;
    }
    named = at;
    at += 8 + header[at + 1] * std::size_t{8};
  }
  return header;
}

}  // namespace

FragmentTable::FragmentTable() : FragmentTable(Limits{}) {}

void FragmentTable::drop_old(Moment now) {
  while (!pending_.empty() && now - pending_.front().since >= limits_.time) {
    bytes_ -= pending_.front().bytes;
    pending_.pop_front();
  }
}

FragmentTable::Pending& FragmentTable::find_or_make(const Key& key, Moment now) {
  const auto found = std::ranges::find(pending_, key, &Pending::key);
  if (found != pending_.end()) return *found;
  if (pending_.size() >= std::max<std::size_t>(1, limits_.packets)) erase(pending_.front().key);
  Pending& pending = pending_.emplace_back();
  pending.key = key;
  pending.since = now;
  return pending;
}

void FragmentTable::erase(const Key& key) {
  const auto found = std::ranges::find(pending_, key, &Pending::key);
  if (found == pending_.end()) return;
  bytes_ -= found->bytes;
  pending_.erase(found);
}

void FragmentTable::refuse(Pending& pending) {
  bytes_ -= pending.bytes;
  pending.bytes = 0;
  pending.parts.clear();
  pending.header.clear();
  pending.refused = true;
}

bool FragmentTable::place(Pending& pending, const PacketView& fragment) {
  const Bytes bytes = fragment.segment();
  const std::size_t begin = fragment.ip().fragment_offset;
  const std::size_t end = begin + bytes.size();
  const bool last = !fragment.ip().more_fragments;
  if (bytes.empty() || end > kMaxPacket || (!last && bytes.size() % 8 != 0)) return false;
  const auto after = std::ranges::lower_bound(pending.parts, begin, {}, &Part::begin);
  if (after != pending.parts.end() && after->begin == begin && std::ranges::equal(after->bytes, bytes))
    return true;
  if (pending.parts.size() >= limits_.fragments) return false;
  if (pending.end && (last || end > *pending.end)) return false;
  if (after != pending.parts.end() && (after->begin < end || last)) return false;
  if (after != pending.parts.begin() && std::prev(after)->end() > begin) return false;
  pending.parts.insert(after, {begin, Buffer(bytes.begin(), bytes.end())});
  pending.bytes += bytes.size();
  bytes_ += bytes.size();
  if (last) pending.end = end;
  if (begin == 0) pending.header = whole_header(fragment);
  return true;
}

std::optional<Buffer> FragmentTable::finish(const Key& key, const Pending& pending) {
  if (!pending.end || pending.bytes != *pending.end || pending.header.empty()) return std::nullopt;
  Buffer packet = pending.header;
  for (const Part& part : pending.parts) append(packet, part.bytes);
  erase(key);
  if (packet.size() > kMaxPacket) return std::nullopt;
  if (key.source.is_v6())
    store_u16(MutableBytes(packet).subspan(4), static_cast<std::uint16_t>(packet.size() - 40));
  else
    store_u16(MutableBytes(packet).subspan(2), static_cast<std::uint16_t>(packet.size()));
  fix_ip_checksum(packet);
  return packet;
}

std::optional<Buffer> FragmentTable::add(const PacketView& fragment, Moment now) {
  drop_old(now);
  const auto& ip = fragment.ip();
  if (!ip.is_fragment() || fragment.is_truncated()) return std::nullopt;
  const Key key{ip.source, ip.destination, ip.id, ip.source.is_v6() ? std::uint8_t{0} : ip.protocol};
  Pending& pending = find_or_make(key, now);
  if (pending.refused) return std::nullopt;
  if (!place(pending, fragment)) {
    refuse(pending);
    return std::nullopt;
  }
  while (bytes_ > limits_.bytes && pending_.front().key != key) erase(pending_.front().key);
  if (bytes_ > limits_.bytes) {
    refuse(pending);
    return std::nullopt;
  }
  return finish(key, pending);
}

}  // namespace rozaneh::lab
