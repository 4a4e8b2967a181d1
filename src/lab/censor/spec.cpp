#include "lab/censor/spec.h"

#include <algorithm>
#include <array>

#include "base/encoding.h"
#include "lab/censor/sights.h"
#include "lab/censor/toml_table.h"
#include "lab/packet/headers.h"

namespace rozaneh::lab {
namespace {

constexpr double kLongest = 1e7;             // seconds: a season
constexpr std::size_t kMostInjected = 1400;  // bytes of payload, so that it fits any path

Moment seconds(double count) {
  return std::chrono::duration_cast<Moment>(std::chrono::duration<double>(count));
}

Scope read_scope(TomlTable table) {
  Scope scope;
  constexpr std::array<std::uint8_t, 5> kProtocols = {kTcp, kUdp, kIcmp, kGre, kEsp};
  if (table.has("protocol"))
    scope.protocol = kProtocols.at(table.choice("protocol", {"tcp", "udp", "icmp", "gre", "esp"}, 0));
  scope.ports = table.numbers16("ports");
  scope.not_ports = table.numbers16("not-ports");
  for (const std::string& text : table.texts("servers")) {
    const auto range = AddressRange::parse(text);
    if (!range) table.wrong("servers", "ranges of addresses such as 198.51.100.0/24");
    if (range) scope.servers.push_back(*range);
  }
  scope.opened_inside = table.flag("opened-inside");
  scope.destinations = table.number("destinations", 1, 0, 1);
  table.end();
  return scope;
}

Sight read_sight(TomlTable table) {
  Sight sight;
  sight.what = table.text("what", sight.what);
  const auto names = sight_names();
  if (std::ranges::find(names, sight.what) == names.end())
    table.wrong("what", fmt::format("one of {}", fmt::join(names, ", ")));
  sight.stream = table.flag("stream", true);
  sight.tcp_header = static_cast<std::size_t>(table.whole("tcp-header", 20, 60).value_or(0));
  if (sight.tcp_header % 4 != 0) table.wrong("tcp-header", "a multiple of 4 from 20 to 60");
  sight.within_packets = static_cast<unsigned>(table.whole("within-packets", 0, 1000).value_or(0));
  sight.names = table.texts("names");
  sight.names_allow = table.flag("names-allow");
  sight.keywords = table.texts("keywords");
  sight.ciphers = table.numbers16("ciphers");
  sight.extensions = table.numbers16("extensions");
  sight.ja3 = table.texts("ja3");
  sight.ja4 = table.texts("ja4");
  sight.lifetime_below = table.whole("lifetime-below", 1, std::int64_t{1} << 40);
  const auto prime = decode_hex(table.text("prime"));
  if (!prime) table.wrong("prime", "hexadecimal digits");
  if (prime) sight.prime = encode_hex(*prime);
  table.end();
  return sight;
}

Threshold read_threshold(TomlTable table) {
  Threshold threshold;
  threshold.age = seconds(table.number("age", 0, 0, kLongest));
  threshold.bytes_down = static_cast<std::uint64_t>(table.whole("bytes-down", 0, 1 << 30).value_or(0));
  threshold.packets_after = static_cast<std::uint64_t>(table.whole("packets-after", 0, 1 << 20).value_or(0));
  threshold.simultaneous = static_cast<unsigned>(table.whole("simultaneous", 0, 10000).value_or(0));
  table.end();
  return threshold;
}

// "rst+ack"
std::optional<std::uint8_t> flags_of(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::uint8_t>, 4> kNames = {
      {{"rst", kRst}, {"ack", kAck}, {"fin", kFin}, {"psh", kPsh}}};
  std::uint8_t flags = 0;
  for (;;) {
    const auto plus = text.find('+');
    const auto* found =
        std::ranges::find(kNames, text.substr(0, plus), &std::pair<std::string_view, std::uint8_t>::first);
    if (found == kNames.end()) return std::nullopt;
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

Residual read_residual(TomlTable table) {
  Residual residual;
  residual.tuple = static_cast<Residual::Tuple>(
      table.choice("tuple", {"flow", "client-server-port", "client-server", "server-port", "server"}, 1));
  residual.lasts = seconds(table.number("lasts", 0, 0.001, kLongest));
  if (!table.has("lasts")) table.missing("lasts");
  residual.restarts = table.flag("restarts");
  residual.probability = table.number("probability", 1, 0, 1);
  table.end();
  return residual;
}

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
  return action;
}

CensorRule read_rule(TomlTable table) {
  CensorRule rule;
  rule.name = table.text("name");
  if (rule.name.empty()) table.missing("name");
  if (auto scope = table.table("scope")) rule.scope = read_scope(std::move(*scope));
  if (auto sight = table.table("sees")) rule.sight = read_sight(std::move(*sight));
  if (auto threshold = table.table("once")) rule.threshold = read_threshold(std::move(*threshold));
  rule.probability = table.number("probability", 1, 0, 1);
  rule.action = read_action(table);
  rule.source = table.text("source");
  rule.confidence = static_cast<Confidence>(
      table.choice("confidence", {"primary", "secondary", "recalled", "measured"}, 2));
  table.end();
  return rule;
}

CensorSpec read_spec(TomlTable table) {
  CensorSpec spec;
  spec.title = table.text("title");
  if (spec.title.empty()) table.missing("title");
  spec.country = table.text("country");
  spec.from = table.text("from");
  spec.until = table.text("until");
  spec.bold = table.flag("bold");
  spec.mechanism = table.text("mechanism");
  spec.most_scale = table.number("most-scale", 1, 1, 1000);
  spec.with = table.texts("with");
  for (TomlTable& each : table.tables("source")) {
    spec.sources.push_back({.text = each.text("text"), .url = each.text("url")});
    each.end();
  }
  if (auto control = table.table("control")) {
    spec.control = {.passes = control->text("passes"), .blocked = control->text("blocked")};
    control->end();
  } else {
    table.missing("control");
  }
  for (TomlTable& each : table.tables("rule")) spec.rules.push_back(read_rule(std::move(each)));
  if (spec.rules.empty() && spec.with.empty()) table.missing("rule");
  table.end();
  if (spec.control.passes.empty() || spec.control.blocked.empty())
    table.wrong("control", "two subjects, 'passes' and 'blocked'");
  return spec;
}

}  // namespace

bool AddressRange::contains(const IpAddress& address) const {
  if (address.is_v6() != first.is_v6()) return false;
  const auto& a = address.v6();
  const auto& b = first.v6();
  for (unsigned bit = 0; bit < prefix; ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
    if (((a[bit / 8] ^ b[bit / 8]) & mask) != 0) return false;
  }
  return true;
}

std::optional<AddressRange> AddressRange::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const unsigned widest = address->is_v6() ? 128 : 32;
  if (slash == std::string_view::npos) return AddressRange{*address, static_cast<std::uint8_t>(widest)};
  const auto prefix = parse_port(text.substr(slash + 1));  // a small whole number
  if (!prefix || *prefix > widest) return std::nullopt;
  return AddressRange{*address, static_cast<std::uint8_t>(*prefix)};
}

std::string_view layer_of(SpecError /*error*/) { return "censor"; }

// The detail says where, what and what would be right.
std::string_view describe(SpecError /*error*/) { return ""; }

Result<CensorSpec> parse_censor(std::string_view text, std::string_view file) {
  TomlFailure failure{.file = std::string(file), .text = {}};
  CensorSpec spec;
  if (const auto table = parse_toml(text, file)) {
    spec = read_spec(TomlTable(*table, failure));
  } else {
    failure.set(table.error().where, table.error().what);
  }
  if (!failure.text.empty()) return fail(SpecError::text, failure.text);
  const auto name = file.substr(file.rfind('/') + 1);
  spec.id = name.substr(0, name.rfind('.'));
  return spec;
}

}  // namespace rozaneh::lab
