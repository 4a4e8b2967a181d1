// WebTunnel's opening as the client makes it: one request of HTTP/1.1, one answer, then the raw bytes of the
// stream. The bytes are those of Tor's webtunnel 0.0.2, so that a front's log cannot tell the two apart.
//
//   GET <path> HTTP/1.1          ->
//   Host: <name>
//   User-Agent: Go-http-client/1.1
//   Connection: upgrade
//   Upgrade: websocket
//                                <-  HTTP/1.1 101 Switching Protocols
//                                    Connection: upgrade
//                                    Upgrade: websocket
//
// Speaks first. Upper and lower case of the answer's fields do not matter. Waits for at most 8 KiB.
#pragma once

#include <string>

#include "base/handshake.h"

namespace rozaneh::webtunnel {

class ClientHandshake final : public Handshake {
 public:
  // `host` is the server's name without a port, as clients in the field send it; `path` begins with a slash.
  ClientHandshake(std::string host, std::string path) : host_(std::move(host)), path_(std::move(path)) {}

  Result<Step> step(Bytes received) override;

 private:
  bool asked_ = false;
  std::string host_;
  std::string path_;
};

}  // namespace rozaneh::webtunnel
