#include "wire/pt_arguments.h"

#include <algorithm>

namespace rozaneh {
namespace {

constexpr std::size_t kMaxField = 255;  // RFC 1929
constexpr std::string_view kNothingLeft{"\0", 1};

// Takes the text up to the first bare character of `stops` off the front of `text`, without its backslashes.
// Nullopt where a backslash stands before none of `escapable`.
std::optional<std::string> take_until(std::string_view& text, std::string_view stops,
                                      std::string_view escapable) {
  std::string taken;
  while (!text.empty() && !stops.contains(text.front())) {
    if (text.front() == '\\') {
      text.remove_prefix(1);
      if (text.empty() || !escapable.contains(text.front())) return std::nullopt;
    }
    taken += text.front();
    text.remove_prefix(1);
  }
  return taken;
}

// A name that is not empty and is followed by `mark`, which is taken as well.
std::optional<std::string> take_name(std::string_view& text, char mark, std::string_view special) {
  auto name = take_until(text, special.substr(1), special);
  if (!name || name->empty() || text.empty() || text.front() != mark) return std::nullopt;
  text.remove_prefix(1);
  return name;
}

// A value up to `separator`, which is taken as well; behind it something must follow.
std::optional<std::string> take_value(std::string_view& text, char separator, std::string_view special) {
  auto value = take_until(text, {&separator, 1}, special);
  if (text.empty()) return value;
  text.remove_prefix(1);
  if (text.empty()) return std::nullopt;
  return value;
}

// `special` begins with the backslash, and holds every character that one may stand before.
Result<Arguments> parse(std::string_view text, char separator, std::string_view special) {
  Arguments arguments;
  for (auto rest = text; !rest.empty();) {
    const auto where = "at character " + std::to_string(text.size() - rest.size() + 1);
    auto name = take_name(rest, '=', special);
    if (!name) return fail(PtError::arguments, where);
    auto value = take_value(rest, separator, special);
    if (!value) return fail(PtError::arguments, "value of " + *name);
    arguments.add(std::move(*name), std::move(*value));
  }
  return arguments;
}

std::string escape(std::string_view text, std::string_view special) {
  std::string escaped;
  for (const char c : text) {
    if (special.contains(c)) escaped += '\\';
    escaped += c;
  }
  return escaped;
}

std::string serialize(const Arguments& arguments, char separator, std::string_view special) {
  std::string text;
  for (const auto& [name, value] : arguments) {
    if (!text.empty()) text += separator;
    text += escape(name, special) + "=" + escape(value, special);
  }
  return text;
}

Arguments& options_of(std::vector<TransportOptions>& all, std::string transport) {
  const auto found = std::ranges::find(all, transport, &TransportOptions::transport);
  if (found != all.end()) return found->options;
  return all.emplace_back(std::move(transport), Arguments()).options;
}

}  // namespace

Result<Arguments> parse_pt_arguments(std::string_view text) { return parse(text, ';', "\\=;"); }

std::string serialize_pt_arguments(const Arguments& arguments) { return serialize(arguments, ';', "\\=;"); }

Result<Arguments> parse_smethod_arguments(std::string_view text) { return parse(text, ',', "\\=,"); }

std::string serialize_smethod_arguments(const Arguments& arguments) {
  return serialize(arguments, ',', "\\=,");
}

Result<std::vector<TransportOptions>> parse_transport_options(std::string_view text) {
  constexpr std::string_view kSpecial = "\\=:;";
  std::vector<TransportOptions> all;
  for (auto rest = text; !rest.empty();) {
    const auto where = "at character " + std::to_string(text.size() - rest.size() + 1);
    auto transport = take_name(rest, ':', kSpecial);
    if (!transport) return fail(PtError::options, where);
    auto name = take_name(rest, '=', kSpecial);
    if (!name) return fail(PtError::options, "of " + *transport + ", " + where);
    auto value = take_value(rest, ';', kSpecial);
    if (!value) return fail(PtError::options, "value of " + *transport + ":" + *name);
    options_of(all, std::move(*transport)).add(std::move(*name), std::move(*value));
  }
  return all;
}

Result<std::optional<Credentials>> pack_pt_arguments(const Arguments& arguments) {
  if (arguments.empty()) return std::nullopt;
  const auto text = serialize_pt_arguments(arguments);
  if (text.size() > 2 * kMaxField) return fail(PtError::arguments_too_long);
  if (text.size() <= kMaxField) return Credentials{text, std::string(kNothingLeft)};
  // A rest that is one NUL would read as no rest, so it takes the byte before it along.
  const std::size_t split = text.substr(kMaxField) == kNothingLeft ? kMaxField - 1 : kMaxField;
  return Credentials{text.substr(0, split), text.substr(split)};
}

Result<Arguments> unpack_pt_arguments(const Credentials& credentials) {
  if (credentials.password == kNothingLeft) return parse_pt_arguments(credentials.username);
  return parse_pt_arguments(credentials.username + credentials.password);
}

std::string_view layer_of(PtError) { return "pt"; }

std::string_view describe(PtError error) {
  switch (error) {
    case PtError::arguments:
      return "the transport's arguments are not NAME=VALUE;...";
    case PtError::arguments_too_long:
      return "the transport's arguments are longer than 510 bytes";
    case PtError::options:
      return "TOR_PT_SERVER_TRANSPORT_OPTIONS is not TRANSPORT:NAME=VALUE;...";
    case PtError::transports:
      return "the list of transports is not NAME,NAME,...";
    case PtError::bind_addresses:
      return "TOR_PT_SERVER_BINDADDR is not TRANSPORT-IP:PORT,...";
      return "TOR_PT_PROXY is not SCHEME://[USER[:PASSWORD]@]IP:PORT";
  }
  return "unknown failure";
}

}  // namespace rozaneh
