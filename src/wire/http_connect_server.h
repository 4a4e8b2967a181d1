// HTTP CONNECT as a server (RFC 9110 section 9.3.6): `CONNECT host:port HTTP/1.x`, fields that are not
// looked at, an empty line; at most 8 KiB together.
//
// Answers 200 once connected, 403, 502 or 504 by outcome, and before that 405 to another method, 400 and 431
// to what cannot be read, each with a line of plain text. Waits for at most 8 KiB.
#pragma once

#include "wire/request.h"

namespace rozaneh {

class HttpConnectServer final : public RequestHandshake {
 public:
  Result<Step> step(Bytes received) override;
  [[nodiscard]] const Request& request() const override { return request_; }
  [[nodiscard]] Buffer reply(SocksReply outcome) const override;

 private:
  Request request_;
};

}  // namespace rozaneh
