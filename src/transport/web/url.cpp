#include "transport/web/url.h"

#include <algorithm>
#include <array>

#include "crypto/hash.h"

namespace rozaneh::web {
namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

bool is_path_character(char c) { return c > ' ' && c < '\x7f' && c != '?' && c != '#'; }

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// `host`, `host:port`, `[address]` or `[address]:port`.
std::optional<Target> parse_authority(std::string_view text, std::uint16_t default_port) {
  const auto colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && !text.substr(colon).contains(']');
  std::string_view host = text.substr(0, has_port ? colon : text.size());
  const auto port = has_port ? parse_port(text.substr(colon + 1)) : default_port;
  if (!port || *port == 0) return std::nullopt;
  if (take(host, "[")) {
    if (!host.ends_with(']')) return std::nullopt;
    host.remove_suffix(1);
    const auto address = IpAddress::parse(host);
    if (!address || !address->is_v6()) return std::nullopt;
  } else if (host.contains(':')) {
    return std::nullopt;
  }
  return Target::from_host(host, *port);
}

}  // namespace

bool is_path(std::string_view text) {
  return text.starts_with('/') && std::ranges::all_of(text, is_path_character);
}

std::optional<Url> Url::parse(std::string_view text) {
  Url url;
  url.tls = take(text, "https://");
  if (!url.tls && !take(text, "http://")) return std::nullopt;
  text = text.substr(0, text.find_first_of("?#"));
  const auto slash = std::min(text.find('/'), text.size());
  const auto server = parse_authority(text.substr(0, slash), url.tls ? kHttpsPort : kHttpPort);
  if (!server) return std::nullopt;
  url.server = *server;
  if (slash < text.size()) url.path = text.substr(slash);
  if (!is_path(url.path)) return std::nullopt;
  return url;
}

Endpoint synthetic_address(std::string_view url) {
  constexpr std::array<std::uint8_t, 4> kDocumentation{0x20, 0x01, 0x0d, 0xb8};
  const auto hash = crypto::sha256(bytes_of("WEBTUNNEL+"), bytes_of(url));
  std::array<std::uint8_t, 16> address{};
  std::copy_n(hash.begin(), address.size(), address.begin());
  std::ranges::copy(kDocumentation, address.begin());
  return {IpAddress(address), kHttpsPort};
}

}  // namespace rozaneh::web
