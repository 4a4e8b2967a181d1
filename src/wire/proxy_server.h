// SOCKS5 (CONNECT and UDP ASSOCIATE) and HTTP CONNECT on the same port: the first byte decides, 5 (and 4, to
// be refused) for SOCKS, a letter for HTTP. Anything else fails without an answer. Waits for at most 8 KiB.
#pragma once

#include <memory>

#include "wire/request.h"

namespace rozaneh {

class ProxyServer final : public RequestHandshake {
 public:
  Result<Step> step(Bytes received) override;
  [[nodiscard]] const Request& request() const override { return spoken_->request(); }
  [[nodiscard]] Buffer reply(SocksReply outcome) const override { return spoken_->reply(outcome); }

 private:
  std::unique_ptr<RequestHandshake> spoken_;  // set by the first byte
};

}  // namespace rozaneh
