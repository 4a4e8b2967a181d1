// SOCKS4a as a client: asks an upstream proxy for a connection to a target.
//
//   client: 4 | 1 | PORT u16 | IPv4 | user id | 0 [| name | 0]     server: 0 | 90 | 6 bytes that mean nothing
//
// A name is announced by the address 0.0.0.1. An IPv6 target goes as its text in the place of the name, which
// many proxies understand and the others refuse. Source: the SOCKS 4A note of Ying-Da Lee, and obfs4proxy
// (which takes IPv4 only). Speaks first; waits for at most 8 bytes.
#pragma once

#include "base/address.h"
#include "base/handshake.h"

namespace rozaneh {

class Socks4aClient final : public Handshake {
 public:
  // A user id has at most 255 bytes, none of them NUL, or the first step fails. SOCKS4 has no password.
  explicit Socks4aClient(Target target, std::string user_id = {})
      : target_(std::move(target)), user_id_(std::move(user_id)) {}

  Result<Step> step(Bytes received) override;

 private:
  Result<Step> ask();

  bool asked_ = false;
  Target target_;
  std::string user_id_;
};

}  // namespace rozaneh
