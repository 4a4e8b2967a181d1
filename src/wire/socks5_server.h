// SOCKS5 as a server: what an application, or Tor, says on our listening port (RFC 1928, RFC 1929).
//
//   client: VER | NMETHODS | METHODS      server: VER | METHOD
//   client: 1 | ULEN | UNAME | PLEN | PASSWD   server: 1 | STATUS        (only after METHOD 2)
//   client: request                       server: reply(), once the caller has dialled
//
// User name and password are taken if the client offers them, as obfs4proxy does, and handed on unchecked:
// Tor sends a transport's arguments there. BIND is answered with code 7, and UDP ASSOCIATE too where nobody
// would serve it; SOCKS4 with its own refusal. Every refusal is sent before the failure is reported. Waits
// for at most 513 bytes.
#pragma once

#include "wire/request.h"

namespace rozaneh {

class Socks5Server final : public RequestHandshake {
 public:
  // With `associates`, UDP ASSOCIATE is a request like CONNECT; reply() is then for refusals alone.
  explicit Socks5Server(bool associates = false) : associates_(associates) {}

  Result<Step> step(Bytes received) override;
  [[nodiscard]] const Request& request() const override { return request_; }
  [[nodiscard]] Buffer reply(SocksReply outcome) const override;

 private:
  enum class State { greeting, credentials, request };

  Result<Step> read_greeting(Bytes received);
  Result<Step> read_credentials(Bytes received);
  Result<Step> read_request(Bytes received);

  bool associates_;
  State state_ = State::greeting;
  Request request_;
};

}  // namespace rozaneh
