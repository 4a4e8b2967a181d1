// HTTP CONNECT as a client: asks an upstream proxy for a connection to a target, with Basic authentication
// where there are credentials (RFC 9110 section 9.3.6, RFC 7617).
//
// Speaks first. Any status 2xx is success; everything behind the head belongs to the connection. Fails with
// HttpError. Waits for at most 8 KiB.
#pragma once

#include "wire/request.h"

namespace rozaneh {

class HttpConnectClient final : public Handshake {
 public:
  // A user name with a colon in it cannot be sent: the first step fails.
  explicit HttpConnectClient(Target target, std::optional<Credentials> credentials = std::nullopt)
      : target_(std::move(target)), credentials_(std::move(credentials)) {}

  Result<Step> step(Bytes received) override;

 private:
  Result<Step> ask();

  bool asked_ = false;
  Target target_;
  std::optional<Credentials> credentials_;
};

}  // namespace rozaneh
