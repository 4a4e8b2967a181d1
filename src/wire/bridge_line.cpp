#include "wire/bridge_line.h"

#include <algorithm>

namespace rozaneh {
namespace {

// The next word, taken off the front of `text`; empty at the end.
std::string_view take_word(std::string_view& text) {
  constexpr std::string_view kSpace = " \t";
  text.remove_prefix(std::min(text.size(), text.find_first_not_of(kSpace)));
  const auto word = text.substr(0, text.find_first_of(kSpace));
  text.remove_prefix(word.size());
  return word;
}

bool is_keyword(std::string_view word) {
  return std::ranges::equal(word, std::string_view("bridge"), {},
                            [](char c) { return c >= 'A' && c <= 'Z' ? c + 32 : c; });
}

Result<> parse_arguments(std::string_view text, Arguments& arguments) {
  for (auto word = take_word(text); !word.empty(); word = take_word(text)) {
    const auto where = "argument " + std::to_string(arguments.size() + 1);
    const auto equals = word.find('=');
    if (equals == std::string_view::npos) return fail(LinkError::argument, where);
    Argument argument{std::string(word.substr(0, equals)), std::string(word.substr(equals + 1))};
    if (!is_argument(argument)) return fail(LinkError::argument, where);
    arguments.add(std::move(argument.name), std::move(argument.value));
  }
  return {};
}

}  // namespace

Result<Way> parse_bridge_line(std::string_view line) {
  if (line.size() > kMaxBridgeLine) return fail(LinkError::too_long, "2048 characters at most");
  auto word = take_word(line);
  if (is_keyword(word)) word = take_word(line);
  if (!is_transport_name(word)) return fail(LinkError::transport, "where `obfs4` or another should stand");
  Way way{.transport = std::string(word), .server = {}};
  const auto server = Endpoint::parse(take_word(line));
  if (!server || server->port == 0) return fail(LinkError::server, "behind " + way.transport);
  way.server = *server;
  auto rest = line;
  if (const auto third = take_word(rest); !third.empty() && !third.contains('=')) {
    way.fingerprint = parse_fingerprint(third);
    if (!way.fingerprint) return fail(LinkError::fingerprint);
    line = rest;
  }
  if (auto parsed = parse_arguments(line, way.arguments); !parsed) return fail(std::move(parsed));
  return way;
}

Result<std::string> serialize_bridge_line(const Way& way) {
  if (!is_transport_name(way.transport)) return fail(LinkError::transport);
  if (!std::holds_alternative<IpAddress>(way.server.host) || way.server.port == 0)
    return fail(LinkError::server, "a bridge line takes no name");
  auto line = way.transport + " " + way.server.to_string();
  if (way.fingerprint) line += " " + serialize_fingerprint(*way.fingerprint);
  for (const auto& argument : way.arguments) {
    if (!is_argument(argument) || argument.value.contains(' '))
      return fail(LinkError::argument, argument.name + " cannot stand in a bridge line");
    line += " " + argument.name + "=" + argument.value;
  }
  if (line.size() > kMaxBridgeLine) return fail(LinkError::too_long, "2048 characters at most");
  return line;
}

}  // namespace rozaneh
