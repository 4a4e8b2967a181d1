#include "wire/link.h"

#include <algorithm>
#include <utility>

#include "wire/label.h"
#include "wire/percent.h"

namespace rozaneh {
namespace {

constexpr std::string_view kScheme = "rozaneh://";
constexpr std::string_view kFingerprint = "fp";
constexpr std::string_view kVersion = "v";
constexpr std::string_view kBareInValues = "/:@";  // stay readable in a query (RFC 3986 section 3.4)

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_printable(char c) { return c > 0x20 && c < 0x7f; }

// The text up to `end`, which is taken off as well; all of it where there is none.
std::string_view take_until(std::string_view& text, char end) {
  const auto at = text.find(end);
  const auto taken = text.substr(0, at);
  text.remove_prefix(at == std::string_view::npos ? text.size() : at + 1);
  return taken;
}

Result<> add_parameter(Way& way, Argument parameter) {
  if (parameter.name == kVersion) {
    if (parameter.value != "1") return fail(LinkError::newer, "v=" + parameter.value);
  } else if (parameter.name == kFingerprint) {
    if (way.fingerprint) return fail(LinkError::fingerprint, "given twice");
    way.fingerprint = parse_fingerprint(parameter.value);
    if (!way.fingerprint) return fail(LinkError::fingerprint);
  } else {
    way.arguments.add(std::move(parameter.name), std::move(parameter.value));
  }
  return {};
}

Result<Argument> parse_parameter(std::string_view text) {
  const auto equals = text.find('=');
  if (equals == std::string_view::npos) return fail(LinkError::argument, "no `=`");
  auto value = decode_percent(text.substr(equals + 1));
  const std::string name(text.substr(0, equals));
  if (!value) return fail(LinkError::argument, name + ": % without two hexadecimal digits");
  Argument parameter{name, std::move(*value)};
  if (!is_argument(parameter)) return fail(LinkError::argument, "a character that does not belong there");
  return parameter;
}

// `text` is TRANSPORT [?parameters].
Result<Way> parse_way(std::string_view text, const Target& server) {
  const bool has_query = text.contains('?');
  Way way{.transport = std::string(take_until(text, '?')), .server = server};
  if (!is_transport_name(way.transport)) return fail(LinkError::transport);
  if (!has_query) return way;
  do {
    auto parameter = parse_parameter(take_until(text, '&'));
    if (!parameter) return fail(std::move(parameter));
    if (auto added = add_parameter(way, std::move(*parameter)); !added) return fail(std::move(added));
  } while (!text.empty());
  return way;
}

// Where a further way leads: its own port, or the first one's where none is given.
Result<Target> further_server(const Target& first, std::string_view port) {
  if (port.empty()) return first;
  const auto number = parse_port(port);
  if (!number || *number == 0) return fail(LinkError::server, "no port: " + std::string(port));
  return Target(first.host, *number);
}

Result<Target> first_server(std::string_view text) {
  auto server = Target::parse(text);
  if (!server || server->port == 0) return fail(LinkError::server);
  return std::move(*server);
}

// Says which way of the link an error is about, where there are several.
std::unexpected<Error> at_way(std::size_t number, const Error& error) {
  return std::unexpected(number == 1 ? error : error.at("way " + std::to_string(number)));
}

// `text` is HOST:PORT/way,...
Result<std::vector<Way>> parse_ways(std::string_view text) {
  std::vector<Way> ways;
  do {
    auto part = take_until(text, ',');
    const auto place = take_until(part, '/');
    auto server = ways.empty() ? first_server(place) : further_server(ways.front().server, place);
    if (!server) return at_way(ways.size() + 1, server.error());
    auto way = parse_way(part, *server);
    if (!way) return at_way(ways.size() + 1, way.error());
    ways.push_back(std::move(*way));
  } while (!text.empty());
  return ways;
}

Result<std::string> serialize_way(const Way& way) {
  if (!is_transport_name(way.transport)) return fail(LinkError::transport);
  auto text = "/" + way.transport;
  char mark = '?';
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append({std::exchange(mark, '&')})
        .append(name)
        .append("=")
        .append(encode_percent(value, kBareInValues));
  };
  if (way.fingerprint) add(kFingerprint, serialize_fingerprint(*way.fingerprint));
  for (const auto& argument : way.arguments) {
    if (!is_argument(argument) || argument.name == kFingerprint || argument.name == kVersion)
      return fail(LinkError::argument, argument.name + " cannot stand in a link");
    add(argument.name, argument.value);
  }
  return text;
}

bool same_place(const Way& a, const Way& b) { return a.server.host == b.server.host && a.name == b.name; }

}  // namespace

bool is_link(std::string_view text) {
  return std::ranges::equal(text.substr(0, kScheme.size()), kScheme, {}, lower);
}

Result<std::vector<Way>> parse_link(std::string_view text) {
  if (text.size() > kMaxLink) return fail(LinkError::too_long, "2048 characters at most");
  if (!is_link(text)) return fail(LinkError::scheme);
  if (!std::ranges::all_of(text, is_printable)) return fail(LinkError::name, "not percent-encoded");
  text.remove_prefix(kScheme.size());
  auto place = take_until(text, '#');
  const auto name = decode_percent(text);
  if (!name || !is_label(*name)) return fail(LinkError::name);
  auto ways = parse_ways(place);
  if (!ways) return ways;
  for (auto& way : *ways) way.name = *name;
  return ways;
}

Result<std::string> serialize_link(std::span<const Way> ways) {
  if (ways.empty()) return fail(LinkError::empty);
  const auto& first = ways.front();
  if (!is_label(first.name)) return fail(LinkError::name);
  std::string link;
  for (const auto& way : ways) {
    if (!same_place(way, first)) return fail(LinkError::servers_differ);
    if (way.server.port == 0) return fail(LinkError::server);
    auto text = serialize_way(way);
    if (!text) return text;
    if (link.empty()) {
      link = std::string(kScheme) + way.server.to_string();
    } else {
      link += ",";
      if (way.server.port != first.server.port) link += std::to_string(way.server.port);
    }
    link += *text;
  }
  if (!first.name.empty()) link += "#" + encode_percent(first.name);
  if (link.size() > kMaxLink) return fail(LinkError::too_long, "2048 characters at most");
  return link;
}

}  // namespace rozaneh
