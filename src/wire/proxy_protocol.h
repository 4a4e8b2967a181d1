// The PROXY protocol, versions 1 and 2: what a front before a server says of a connection before its first
// byte. Source: HAProxy's proxy-protocol.txt, sections 2.1 and 2.2.
//
//   1:  "PROXY TCP4 192.0.2.1 192.0.2.2 40000 443\r\n", or TCP6, or "PROXY UNKNOWN ...\r\n"; 107 bytes at
//   most 2:  signature 12 | version and command u8 | family and protocol u8 | length u16 | addresses |
//   extensions
#pragma once

#include <optional>

#include "base/address.h"
#include "base/bytes.h"
#include "base/error.h"

namespace rozaneh {

// Who connected, and to where.
struct ProxiedPeer {
  Endpoint source;
  Endpoint destination;
  bool operator==(const ProxiedPeer&) const = default;
};

struct ProxyHeader {
  // Absent: the front speaks for itself (a health check), or does not say. The connection's own addresses
  // count.
  std::optional<ProxiedPeer> peer;
  std::size_t size = 0;  // of the header; what follows is the connection's own
};

enum class ProxyVersion { v1, v2 };

// Most that parse_proxy_header() waits for: a version 2 header with extensions.
inline constexpr std::size_t kLongestProxyHeader = 2048;

// Looks at the beginning of a connection: nothing while more is needed; both versions are understood. A
// connection without a header is an error, since otherwise anybody could claim any address.
Result<std::optional<ProxyHeader>> parse_proxy_header(Bytes received);

// The header to send. Both addresses of `peer` are of one family; without `peer` it says that nothing is
// known.
Buffer serialize_proxy_header(ProxyVersion version, const std::optional<ProxiedPeer>& peer);

enum class ProxyProtocolError { missing, malformed, too_long };

std::string_view layer_of(ProxyProtocolError error);
std::string_view describe(ProxyProtocolError error);

}  // namespace rozaneh
