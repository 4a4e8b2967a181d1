// SOCKS5 as a client: asks an upstream proxy for a connection to a target (RFC 1928, RFC 1929).
//
// Speaks first. Fails with SocksError, or with the SocksReply that the proxy gave. Waits for at most 262
// bytes.
#pragma once

#include "wire/request.h"

namespace rozaneh {

class Socks5Client final : public Handshake {
 public:
  // Offers to go without authentication, and user name and password where there are some; both must have
  // 1..255 bytes, or the first step fails.
  explicit Socks5Client(Target target, std::optional<Credentials> credentials = std::nullopt)
      : target_(std::move(target)), credentials_(std::move(credentials)) {}

  Result<Step> step(Bytes received) override;

 private:
  enum class State { start, method, credentials, reply };

  Result<Step> start();
  Result<Step> read_method(Bytes received);
  Result<Step> read_status(Bytes received);
  Result<Step> read_reply(Bytes received);
  Step ask(std::size_t consumed);

  State state_ = State::start;
  Target target_;
  std::optional<Credentials> credentials_;
};

}  // namespace rozaneh
