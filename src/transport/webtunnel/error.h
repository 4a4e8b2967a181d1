// What can go wrong in WebTunnel.
#pragma once

#include <string>
#include <string_view>

#include "base/error.h"

namespace rozaneh::webtunnel {

enum class WebTunnelError {
  refused,       // the web server answered with another status than 101
  not_upgraded,  // 101, but not to what was asked for
  late,          // no answer in time
  stranger,      // no request for the secret path
  handshake,     // TLS did not come about
  http2,         // the web server does what HTTP/2 forbids
  reset,         // the web server, or what is behind it, gave the tunnel up
};

std::string_view layer_of(WebTunnelError error);
std::string_view describe(WebTunnelError error);

// What a status other than the one hoped for means to the user, as far as it tells.
std::string meaning_of(std::string_view status);

}  // namespace rozaneh::webtunnel
