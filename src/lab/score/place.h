// Where a fetch leads: a URL of the few kinds that subjects use.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace rozaneh::lab {

// "http://HOST[:PORT]/PATH", https likewise; "dns://NAME" asks the far side's DNS server for it;
// "tcp://HOST:PORT" and "udp://HOST:PORT" send bytes and wait for any.
struct Place {
  enum class Scheme { http, https, dns, tcp, udp };

  Scheme scheme = Scheme::http;
  Target target;
  std::string path;  // of HTTP

  [[nodiscard]] bool is_raw() const { return scheme == Scheme::tcp || scheme == Scheme::udp; }
  // For a path that ends in /bytes/N: that many bytes.
  [[nodiscard]] std::optional<std::uint64_t> size() const;

  static std::optional<Place> parse(std::string_view url);
};

}  // namespace rozaneh::lab
