// The request by which a client of an open bridge names its destination, inside the transport.
// The grammar and the reasons are in docs/protocols/open.md:
//
//   client: version u8 = 1 | SOCKS5 request (CONNECT)      server: version u8 = 1 | SOCKS5 reply
//
// No SOCKS greeting: the transport has proved the client already, and a round trip is saved.
#pragma once

#include "wire/request.h"

namespace rozaneh {

inline constexpr std::uint8_t kOpenRequestVersion = 1;

// Speaks first. Fails with OpenError or SocksError, or with the SocksReply that the bridge gave. Waits for at
// most 263 bytes.
class OpenRequestClient final : public Handshake {
 public:
  explicit OpenRequestClient(Target target) : target_(std::move(target)) {}

  Result<Step> step(Bytes received) override;

 private:
  bool asked_ = false;
  Target target_;
};

// A version that it does not know, and every malformed request, is answered with a refusal in version 1: the
// peer has proved itself to the transport, so it may know. Waits for at most 263 bytes.
class OpenRequestServer final : public RequestHandshake {
 public:
  Result<Step> step(Bytes received) override;
  [[nodiscard]] const Request& request() const override { return request_; }
  [[nodiscard]] Buffer reply(SocksReply outcome) const override;

 private:
  Request request_;
};

enum class OpenError { version };

std::string_view layer_of(OpenError);
std::string_view describe(OpenError);

}  // namespace rozaneh
