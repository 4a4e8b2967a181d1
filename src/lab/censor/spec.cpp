#include "lab/censor/spec.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/encoding.h"
#include "base/toml_table.h"
#include "lab/censor/sights.h"
#include "lab/censor/spec_action.h"
#include "lab/packet/headers.h"

namespace rozaneh::lab {
namespace {

std::vector<AddressRange> ranges(TomlTable& table, std::string_view key) {
  std::vector<AddressRange> found;
  for (const std::string& text : table.texts(key)) {
    const auto range = AddressRange::parse(text);
    if (!range) table.wrong(key, "ranges of addresses such as 198.51.100.0/24");
    if (range) found.push_back(*range);
  }
  return found;
}

Scope read_scope(TomlTable table) {
  Scope scope;
  constexpr std::array<std::uint8_t, 5> kProtocols = {kTcp, kUdp, kIcmp, kGre, kEsp};
  if (table.has("protocol"))
    scope.protocol = kProtocols.at(table.choice("protocol", {"tcp", "udp", "icmp", "gre", "esp"}, 0));
  scope.ports = table.numbers16("ports");
  scope.not_ports = table.numbers16("not-ports");
  scope.servers = ranges(table, "servers");
  scope.clients = ranges(table, "clients");
  scope.not_clients = ranges(table, "not-clients");
  scope.opened_inside = table.flag("opened-inside");
  scope.destinations = table.number("destinations", 1, 0, 1);
  scope.sources = table.number("sources", 1, 0, 1);
  scope.unresolved = toml_seconds(table.number("unresolved", 0, 0, kLongestSeconds));
  scope.on_list = table.text("on-list");
  scope.not_on_list = table.text("not-on-list");
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
  sight.case_sensitive = table.flag("case-sensitive");
  sight.keywords = table.texts("keywords");
  sight.ciphers = table.numbers16("ciphers");
  sight.groups = table.numbers16("groups");
  sight.signatures = table.numbers16("signatures");
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
  threshold.age = toml_seconds(table.number("age", 0, 0, kLongestSeconds));
  threshold.bytes_down = static_cast<std::uint64_t>(table.whole("bytes-down", 0, 1 << 30).value_or(0));
  threshold.packets_after = static_cast<std::uint64_t>(table.whole("packets-after", 0, 1 << 20).value_or(0));
  threshold.simultaneous = static_cast<unsigned>(table.whole("simultaneous", 0, 10000).value_or(0));
  threshold.connections = static_cast<unsigned>(table.whole("connections", 0, 1 << 20).value_or(0));
  table.end();
  return threshold;
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
  if (rule.action.intercepts && (rule.scope.ports.size() != 1 || rule.scope.protocol != kTcp))
    table.wrong("intercepts", "beside it a scope of tcp and one port");
  rule.source = table.text("source");
  rule.confidence = static_cast<Confidence>(
      table.choice("confidence", {"primary", "secondary", "recalled", "measured"}, 2));
  table.end();
  return rule;
}

bool puts_on(const CensorSpec& spec, const std::string& list) {
  return std::ranges::any_of(spec.rules, [&list](const CensorRule& rule) {
    return rule.action.lists && rule.action.lists->on == list;
  });
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
  for (const CensorRule& rule : spec.rules)
    for (const std::string& list : {rule.scope.on_list, rule.scope.not_on_list})
      if (!list.empty() && spec.with.empty() && !puts_on(spec, list))
        table.wrong("rule", fmt::format("a rule that 'lists' on '{}', which '{}' asks for", list, rule.name));
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
  const std::size_t whole = prefix / 8;
  if (std::memcmp(a.data(), b.data(), whole) != 0) return false;
  const auto mask = static_cast<std::uint8_t>(0xff00U >> (prefix % 8));
  return mask == 0 || ((a[whole] ^ b[whole]) & mask) == 0;
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
