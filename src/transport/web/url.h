// The `url` of a bridge on a web site: where it is, and the path that is its secret.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"

namespace rozaneh::web {

struct Url {
  bool tls = true;  // https
  Target server;    // port 443 or 80 where the text has none
  std::string path = "/";

  // `https://host[:port]/path` or `http://...`, printable ASCII without spaces, no user name. A query and a
  // fragment are left out: clients in the field ask for the path alone.
  static std::optional<Url> parse(std::string_view text);
};

// What an operator and a user should know of an `http` url.
inline constexpr std::string_view kNoTls = "an http:// url hides nothing and protects nothing";

// Whether a text may stand as a path in a request: a `/`, and printable ASCII without spaces, `?` and `#`.
bool is_path(std::string_view text);

// The address that stands for the bridge in bridge lines and in what Tor publishes, since its own is that of
// a web server, if it is known at all: of 2001:db8::/32, the bytes behind those of SHA-256 over `WEBTUNNEL+`
// and the url, port 443 (Tor's webtunnel, common/syntheticIP).
Endpoint synthetic_address(std::string_view url);

}  // namespace rozaneh::web
