// Where a connection goes: an IP endpoint, or a name that somebody else resolves.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace rozaneh {

// An IPv4 or IPv6 address. Zones (fe80::1%eth0) are not taken.
class IpAddress {
 public:
  IpAddress() = default;  // 0.0.0.0
  explicit IpAddress(std::array<std::uint8_t, 4> v4);
  explicit IpAddress(std::array<std::uint8_t, 16> v6) : bytes_(v6), is_v6_(true) {}

  // "192.0.2.1" or "2001:db8::1", without brackets.
  static std::optional<IpAddress> parse(std::string_view text);

  [[nodiscard]] bool is_v6() const { return is_v6_; }
  [[nodiscard]] std::array<std::uint8_t, 4> v4() const;  // only if !is_v6()
  [[nodiscard]] const std::array<std::uint8_t, 16>& v6() const { return bytes_; }

  [[nodiscard]] bool is_loopback() const;
  // Whether the address belongs to the public Internet: not loopback, private (RFC 1918, 4193), link-local,
  // shared (RFC 6598), unspecified, multicast, broadcast, reserved, or an IPv6 form that hides such an
  // IPv4 address (mapped, NAT64, 6to4, Teredo).
  [[nodiscard]] bool is_public() const;

  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const IpAddress&) const = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};  // an IPv4 address stands in the first four
  bool is_v6_ = false;
};

struct Endpoint {
  IpAddress address;
  std::uint16_t port = 0;

  // "192.0.2.1:443" or "[2001:db8::1]:443".
  static std::optional<Endpoint> parse(std::string_view text);
  [[nodiscard]] std::string to_string() const;

  auto operator<=>(const Endpoint&) const = default;
};

// What a client asks for: an address, or a host name of 1..255 characters, and a port.
struct Target {
  std::variant<IpAddress, std::string> host;
  std::uint16_t port = 0;

  Target() = default;
  Target(std::variant<IpAddress, std::string> h, std::uint16_t p) : host(std::move(h)), port(p) {}
  Target(const Endpoint& endpoint)  // NOLINT(google-explicit-constructor): every endpoint is a target
      : host(endpoint.address), port(endpoint.port) {}

  // "example.org:443", or an endpoint's text. Names hold letters, digits, '-', '_' and '.' only.
  static std::optional<Target> parse(std::string_view text);
  // The same with the port apart; `host` may be an address without brackets.
  static std::optional<Target> from_host(std::string_view host, std::uint16_t port);

  [[nodiscard]] std::string host_text() const;
  [[nodiscard]] std::string to_string() const;

  bool operator==(const Target&) const = default;
};

// A decimal number 0..65535, digits only.
std::optional<std::uint16_t> parse_port(std::string_view text);

}  // namespace rozaneh
