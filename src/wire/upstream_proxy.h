// The proxy that stands between us and the network: TOR_PT_PROXY (pt-spec.txt section 3.2.2),
// --upstream-proxy.
#pragma once

#include <memory>
#include <optional>

#include "base/address.h"
#include "base/handshake.h"
#include "wire/request.h"

namespace rozaneh {

struct UpstreamProxy {
  enum class Kind { socks4a, socks5, http };

  Kind kind = Kind::socks5;
  Endpoint address;
  std::optional<Credentials> credentials;

  bool operator==(const UpstreamProxy&) const = default;
};

// "socks5://user:password@192.0.2.1:1080", scheme socks5, socks4a or http; user name and password are
// percent-decoded. socks5 needs both with 1..255 bytes or neither; socks4a takes a user id only, without a
// NUL; http takes both or a user name, without a colon. As in obfs4proxy, the host must be an address.
Result<UpstreamProxy> parse_upstream_proxy(std::string_view text);

// The client's side of the exchange that asks this proxy for a connection to the target.
std::unique_ptr<Handshake> make_handshake(const UpstreamProxy& proxy, Target target);

enum class UpstreamProxyError { malformed };

std::string_view layer_of(UpstreamProxyError);
std::string_view describe(UpstreamProxyError);

}  // namespace rozaneh
