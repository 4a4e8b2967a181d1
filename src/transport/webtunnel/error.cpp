#include "transport/webtunnel/error.h"

namespace rozaneh::webtunnel {

std::string_view layer_of(WebTunnelError /*error*/) { return "webtunnel"; }

std::string_view describe(WebTunnelError error) {
  switch (error) {
    case WebTunnelError::refused:
      return "the web server does not know this path: is the link right?";
    case WebTunnelError::not_upgraded:
      return "the answer is no upgrade to WebTunnel";
    case WebTunnelError::late:
      return "no answer in time";
    case WebTunnelError::stranger:
      return "no request for WebTunnel";
    case WebTunnelError::handshake:
      return "no TLS with the web server";
    case WebTunnelError::http2:
      return "the web server breaks HTTP/2";
    case WebTunnelError::reset:
      return "the other end gave the tunnel up";
  }
  return "unknown";
}

std::string meaning_of(std::string_view status) {
  std::string detail = "status " + std::string(status);
  if (status == "502" || status == "503" || status == "504")
    detail += ": the web server works, but not the bridge behind it";
  return detail;
}

}  // namespace rozaneh::webtunnel
