#include "tunnel/hand_over.h"

#include <fmt/format.h>

#include "crypto/equal.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::string_view kMagic = "rozaneh session\n";
constexpr std::size_t kDigest = 32;
constexpr std::size_t kEntry = 16;
constexpr std::uint64_t kMostSeconds = std::uint64_t{1} << 40U;

}  // namespace

Buffer HandOverWriter::head(const HandOverHead& head) {
  Writer out;
  out.text(kMagic).u16(kHandOverVersion).bytes(head.server.bytes);
  out.u64(static_cast<std::uint64_t>(head.started.time_since_epoch().count()));
  out.bytes(head.replay_key.bytes()).u32(static_cast<std::uint32_t>(head.seen.size()));
  for (const auto& entry : head.seen)
    out.u64(entry.hash).u64(static_cast<std::uint64_t>(entry.seen.time_since_epoch().count()));
  digest_.update(out.view());
  return out.take();
}

Buffer HandOverWriter::session(const ServedSnapshot& served) {
  Buffer bytes = encode(served);
  Writer out;
  out.u32(static_cast<std::uint32_t>(bytes.size())).bytes(bytes);
  wipe(bytes);
  digest_.update(out.view());
  return out.take();
}

Buffer HandOverWriter::end() {
  Writer out;
  out.u32(0);
  digest_.update(out.view());
  out.bytes(digest_.finish());
  return out.take();
}

Result<HandOverReader> HandOverReader::open(Bytes all) {
  Reader in(all);
  const auto magic = in.bytes(kMagic.size());
  if (!magic || text_of(*magic) != kMagic) return fail(TunnelError::malformed, "no hand-over of ours");
  const auto version = in.u16();
  if (version && *version != kHandOverVersion)
    return fail(TunnelError::malformed, fmt::format("a hand-over of version {}", *version));
  if (!version || in.left() < kDigest) return fail(TunnelError::malformed, "a hand-over that was cut off");
  const Bytes body = all.first(all.size() - kDigest);
  if (!crypto::equal(crypto::sha256(body), all.last(kDigest)))
    return fail(TunnelError::malformed, "a hand-over that was changed or cut off");
  HandOverReader reader(in.rest().first(in.left() - kDigest));
  if (!reader.take_head()) return fail(TunnelError::malformed, "a hand-over without a head");
  return reader;
}

bool HandOverReader::take_head() {
  const auto server = in_.bytes(head_.server.bytes.size());
  const auto started = in_.u64();
  const auto key = in_.bytes(head_.replay_key.kSize);
  const auto count = in_.u32();
  if (!server || !started || !key || !count || *count > in_.left() / kEntry) return false;
  copy(head_.server.bytes, *server);
  copy(head_.replay_key.bytes(), *key);
  const auto time = [](std::uint64_t seconds) {
    return std::chrono::sys_seconds(std::chrono::seconds(std::min(seconds, kMostSeconds)));
  };
  head_.started = time(*started);
  head_.seen.reserve(*count);
  for (std::uint32_t i = 0; i < *count; ++i) {
    const std::uint64_t hash = *in_.u64();
    head_.seen.push_back({hash, time(*in_.u64())});
  }
  return true;
}

Result<std::optional<ServedSnapshot>> HandOverReader::next() {
  const auto size = in_.u32();
  if (!size || *size == 0) return std::nullopt;
  const auto bytes = in_.bytes(*size);
  if (!bytes) {
    in_ = Reader({});
    return fail(TunnelError::malformed, "a hand-over without an end");
  }
  auto served = decode_served(*bytes);
  if (!served) return std::unexpected(served.error());
  return std::move(*served);
}

}  // namespace rozaneh::tunnel
