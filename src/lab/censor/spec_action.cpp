#include "lab/censor/spec_action.h"

#include <array>
#include <span>

#include "base/encoding.h"
#include "lab/packet/headers.h"
#include "lab/probe/kinds.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kMostInjected = 1400;  // bytes of payload, so that it fits any path

// "rst+ack"; a packet of the censor's own is never a SYN.
std::optional<std::uint8_t> flags_of(std::string_view text, bool with_syn = false) {
  constexpr std::array<std::pair<std::string_view, std::uint8_t>, 5> kAll = {
      {{"rst", kRst}, {"ack", kAck}, {"fin", kFin}, {"psh", kPsh}, {"syn", kSyn}}};
  const std::span names = std::span(kAll).first(with_syn ? 5 : 4);
  std::uint8_t flags = 0;
  for (;;) {
    const auto plus = text.find('+');
    const auto found =
        std::ranges::find(names, text.substr(0, plus), &std::pair<std::string_view, std::uint8_t>::first);
    if (found == names.end()) return std::nullopt;
    flags |= found->second;
    if (plus == std::string_view::npos) return flags;
    text.remove_prefix(plus + 1);
  }
}

InjectedPacket read_injected(TomlTable table) {
  InjectedPacket packet;
  packet.to = table.choice("to", {"client", "server"}, 0) == 0 ? End::client : End::server;
  const auto flags = flags_of(table.text("flags", "rst"));
  if (!flags) table.wrong("flags", "rst, ack, fin and psh, joined by +");
  packet.flags = flags.value_or(0);
  packet.count = static_cast<unsigned>(table.whole("count", 1, 16).value_or(1));
  const auto least = table.whole("id", 0, 65535);
  const auto most = table.whole("id-most", 0, 65535);
  if (most && *most < least.value_or(65536)) table.wrong("id-most", "a number not below 'id'");
  if (least) packet.id_least = static_cast<std::uint16_t>(*least);
  if (least) packet.id_most = static_cast<std::uint16_t>(std::max(*least, most.value_or(*least)));
  packet.dont_fragment = table.flag("dont-fragment");
  if (const auto ttl = table.whole("ttl", 1, 255)) packet.ttl = static_cast<std::uint8_t>(*ttl);
  const std::string text = table.text("text");
  append(packet.payload, bytes_of(text));
  if (const auto bytes = decode_hex(table.text("bytes"))) {
    append(packet.payload, *bytes);
  } else {
    table.wrong("bytes", "hexadecimal digits");
  }
  if (packet.payload.size() > kMostInjected)
    table.wrong(text.empty() ? "bytes" : "text", fmt::format("at most {} bytes", kMostInjected));
  table.end();
  return packet;
}

Throttle read_throttle(TomlTable table) {
  Throttle throttle;
  throttle.bytes_per_second =
      static_cast<std::uint64_t>(table.whole("bytes-per-second", 1, 1'000'000'000).value_or(0));
  if (throttle.bytes_per_second == 0) table.missing("bytes-per-second");
  throttle.share = static_cast<Throttle::Share>(table.choice("share", {"flow", "client", "all"}, 0));
  throttle.queue = static_cast<std::uint64_t>(table.whole("queue", 1500, 1 << 26).value_or(32 * 1024));
  table.end();
  return throttle;
}

Residual::Tuple read_tuple(TomlTable& table, Residual::Tuple otherwise) {
  return static_cast<Residual::Tuple>(
      table.choice("tuple", {"flow", "client-server-port", "client-server", "server-port", "server"},
                   static_cast<std::size_t>(otherwise)));
}

Residual read_residual(TomlTable table) {
  Residual residual;
  residual.tuple = read_tuple(table, residual.tuple);
  residual.lasts = toml_seconds(table.number("lasts", 0, 0.001, kLongestSeconds));
  if (!table.has("lasts")) table.missing("lasts");
  residual.restarts = table.flag("restarts");
  residual.probability = table.number("probability", 1, 0, 1);
  table.end();
  return residual;
}

Way read_way(TomlTable& table) { return static_cast<Way>(table.choice("way", {"both", "up", "down"}, 0)); }

Delay read_delay(TomlTable table) {
  Delay delay;
  delay.time = toml_seconds(table.number("seconds", 0, 0, kLongestSeconds));
  if (!table.has("seconds")) table.missing("seconds");
  delay.jitter = toml_seconds(table.number("jitter", 0, 0, kLongestSeconds));
  delay.way = read_way(table);
  table.end();
  return delay;
}

Loss read_loss(TomlTable table) {
  Loss loss;
  loss.probability = table.number("probability", 0, 0, 1);
  if (!table.has("probability")) table.missing("probability");
  loss.way = read_way(table);
  table.end();
  return loss;
}

// A text, or under another key hexadecimal digits.
Buffer read_bytes(TomlTable& table, std::string_view key, std::string_view hexadecimal) {
  const std::string text = table.text(key);
  auto bytes = decode_hex(table.text(hexadecimal));
  if (!bytes) table.wrong(hexadecimal, "hexadecimal digits");
  return bytes && text.empty() ? std::move(*bytes) : Buffer(text.begin(), text.end());
}

Rewrite read_rewrite(TomlTable table) {
  Rewrite rewrite;
  rewrite.way = read_way(table);
  const auto flags = [&table](std::string_view key) -> std::uint8_t {
    if (!table.has(key)) return 0;
    const auto found = flags_of(table.text(key), key == "flags");
    if (!found) table.wrong(key, "rst, ack, fin and psh, and in 'flags' syn, joined by +");
    return found.value_or(0);
  };
  rewrite.flags = flags("flags");
  rewrite.becomes = flags("becomes");
  if (const auto window = table.whole("window", 0, 65535))
    rewrite.window = static_cast<std::uint16_t>(*window);
  rewrite.find = read_bytes(table, "find", "find-bytes");
  rewrite.with = read_bytes(table, "with", "with-bytes");
  if (rewrite.find.size() != rewrite.with.size()) table.wrong("with", "as many bytes as 'find'");
  if (!rewrite.window && rewrite.find.empty() && rewrite.becomes == 0) table.missing("window");
  table.end();
  return rewrite;
}

Listing read_listing(TomlTable table) {
  Listing listing;
  listing.on = table.text("on");
  if (listing.on.empty()) table.missing("on");
  listing.tuple = read_tuple(table, Residual::Tuple::server);
  listing.lasts = toml_seconds(table.number("lasts", 0, 0.001, kLongestSeconds));
  if (!table.has("lasts")) table.missing("lasts");
  table.end();
  return listing;
}

}  // namespace

Action read_action(TomlTable& table) {
  Action action;
  const std::size_t drops = table.choice("drops", {"nothing", "up", "down", "both"}, 0);
  action.drop_up = drops == 1 || drops == 3;
  action.drop_down = drops == 2 || drops == 3;
  action.lets_pass = table.flag("lets-pass");
  action.only_packet = table.flag("only-packet");
  for (TomlTable& each : table.tables("inject")) action.inject.push_back(read_injected(std::move(each)));
  action.dns_answer = table.text("dns-answer");
  if (!action.dns_answer.empty() && !IpAddress::parse(action.dns_answer))
    table.wrong("dns-answer", "an IP address");
  if (auto throttle = table.table("throttle")) action.throttle = read_throttle(std::move(*throttle));
  if (auto residual = table.table("residual")) action.residual = read_residual(std::move(*residual));
  if (auto delay = table.table("delay")) action.delay = read_delay(std::move(*delay));
  if (auto loss = table.table("lose")) action.lose = read_loss(std::move(*loss));
  for (TomlTable& each : table.tables("rewrite")) action.rewrite.push_back(read_rewrite(std::move(each)));
  if (auto listing = table.table("lists")) action.lists = read_listing(std::move(*listing));
  action.intercepts = table.flag("intercepts");
  if (table.has("probes")) {
    const auto& kinds = probe_kinds();
    action.probes = kinds[table.choice("probes", kinds, 0)];
    if (!action.residual && !action.lists) table.wrong("probes", "a 'residual' or 'lists' beside it");
  }
  return action;
}

}  // namespace rozaneh::lab
