#include "lab/censor/rewrite.h"

#include <algorithm>

#include "base/writer.h"
#include "lab/packet/build.h"
#include "lab/packet/edit.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kTcpWindow = 14;

// As from the packet's sender, with its numbers.
Buffer bare(const PacketView& packet, std::uint8_t flags) {
  Injection made = behind(packet, flags);
  made.tcp.seq = packet.tcp()->seq;
  made.ip.ttl = packet.ip().ttl;
  return build_tcp(made.ip, made.tcp);
}

bool replace_all(MutableBytes in, Bytes find, Bytes with) {
  bool found = false;
  for (auto rest = in; !find.empty();) {
    const auto hit = std::ranges::search(rest, find);
    if (hit.empty()) break;
    copy(MutableBytes(hit), with);
    found = true;
    rest = MutableBytes(hit.end(), rest.end());
  }
  return found;
}

}  // namespace

std::optional<Buffer> rewritten(const Rewrite& rewrite, const PacketView& packet) {
  const TcpHeader* tcp = packet.tcp();
  const bool for_tcp = rewrite.flags != 0 || rewrite.window || rewrite.becomes != 0;
  if (for_tcp && (tcp == nullptr || !tcp->has(rewrite.flags))) return std::nullopt;
  if (rewrite.becomes != 0) return bare(packet, rewrite.becomes);
  Buffer out(packet.bytes().begin(), packet.bytes().end());
  const bool narrowed = rewrite.window && *rewrite.window != tcp->window;
  if (narrowed) store_u16(MutableBytes(out).subspan(packet.ip().size + kTcpWindow), *rewrite.window);
  const auto payload = MutableBytes(out).last(packet.payload().size());
  if (!replace_all(payload, rewrite.find, rewrite.with) && !narrowed) return std::nullopt;
  fix_checksums(out);
  return out;
}

}  // namespace rozaneh::lab
