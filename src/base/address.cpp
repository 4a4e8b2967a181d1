#include "base/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <utility>

namespace rozaneh {
namespace {

struct Block {
  std::array<std::uint8_t, 16> prefix;
  unsigned bits;
};

bool within(const std::array<std::uint8_t, 16>& bytes, const Block& block) {
  for (unsigned i = 0; i < block.bits; ++i) {
    const unsigned mask = 0x80U >> i % 8;
    if ((bytes[i / 8] & mask) != (block.prefix[i / 8] & mask)) return false;
  }
  return true;
}

// IANA's special-purpose registries (RFC 6890 and its updates), and multicast.
constexpr Block kSpecialV4[] = {
    {{0}, 8},
    {{10}, 8},
    {{100, 64}, 10},
    {{127}, 8},
    {{169, 254}, 16},
    {{172, 16}, 12},
    {{192, 0, 0}, 24},
    {{192, 0, 2}, 24},
    {{192, 88, 99}, 24},
    {{192, 168}, 16},
    {{198, 18}, 15},
    {{198, 51, 100}, 24},
    {{203, 0, 113}, 24},
    {{224}, 4},
    {{240}, 4},
};
constexpr Block kGlobalV6 = {{0x20}, 3};
constexpr Block kSpecialV6[] = {
    {{0x20, 0x01, 0x00, 0x00}, 23},  // IETF assignments, Teredo (which embeds an IPv4 address) among them
    {{0x20, 0x01, 0x0d, 0xb8}, 32},  // documentation
    {{0x20, 0x02}, 16},              // 6to4 embeds an IPv4 address
    {{0x3f, 0xff}, 20},              // documentation
};

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' ||
         c == '.';
}

// Splits at the last colon; an IPv6 address must stand in brackets, which are taken off.
std::optional<std::pair<std::string_view, std::uint16_t>> split_port(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_port(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  if (!port || host.empty()) return std::nullopt;
  const bool bracketed = host.front() == '[' && host.back() == ']';
  if (bracketed != host.contains(':')) return std::nullopt;
  if (bracketed) host = host.substr(1, host.size() - 2);
  return std::pair{host, *port};
}

}  // namespace

IpAddress::IpAddress(std::array<std::uint8_t, 4> v4) { std::ranges::copy(v4, bytes_.begin()); }

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string terminated{text};
  if (terminated.contains('\0')) return std::nullopt;  // inet_pton would stop there and accept the start
  if (std::array<std::uint8_t, 4> v4{}; inet_pton(AF_INET, terminated.c_str(), v4.data()) == 1)
    return IpAddress(v4);
  if (std::array<std::uint8_t, 16> v6{}; inet_pton(AF_INET6, terminated.c_str(), v6.data()) == 1)
    return IpAddress(v6);
  return std::nullopt;
}

std::array<std::uint8_t, 4> IpAddress::v4() const { return {bytes_[0], bytes_[1], bytes_[2], bytes_[3]}; }

bool IpAddress::is_loopback() const {
  if (!is_v6_) return bytes_[0] == 127;
  std::array<std::uint8_t, 16> one{};
  one[15] = 1;
  return bytes_ == one;
}

bool IpAddress::is_public() const {
  auto contains = [this](const Block& block) { return within(bytes_, block); };
  if (!is_v6_) return std::ranges::none_of(kSpecialV4, contains);
  return contains(kGlobalV6) && std::ranges::none_of(kSpecialV6, contains);
}

std::string IpAddress::to_string() const {
  std::array<char, INET6_ADDRSTRLEN> text{};
  inet_ntop(is_v6_ ? AF_INET6 : AF_INET, bytes_.data(), text.data(), text.size());
  return text.data();
}

std::optional<Endpoint> Endpoint::parse(std::string_view text) {
  const auto parts = split_port(text);
  if (!parts) return std::nullopt;
  const auto address = IpAddress::parse(parts->first);
  if (!address) return std::nullopt;
  return Endpoint{*address, parts->second};
}

std::string Endpoint::to_string() const { return Target(*this).to_string(); }

std::optional<Target> Target::parse(std::string_view text) {
  const auto parts = split_port(text);
  if (!parts) return std::nullopt;
  return from_host(parts->first, parts->second);
}

std::optional<Target> Target::from_host(std::string_view host, std::uint16_t port) {
  if (const auto address = IpAddress::parse(host)) return Target(*address, port);
  if (host.empty() || host.size() > 255 || !std::ranges::all_of(host, is_name_character)) return std::nullopt;
  return Target(std::string(host), port);
}

std::string Target::host_text() const {
  if (const auto* address = std::get_if<IpAddress>(&host)) return address->to_string();
  return std::get<std::string>(host);
}

std::string Target::to_string() const {
  const auto* address = std::get_if<IpAddress>(&host);
  const bool brackets = address != nullptr && address->is_v6();
  return (brackets ? "[" : "") + host_text() + (brackets ? "]:" : ":") + std::to_string(port);
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return port;
}

}  // namespace rozaneh
