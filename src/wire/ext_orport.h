// The client's side of Tor's extended ORPort (proposals 196 and 217): proves that we may read Tor's cookie
// file, checks that the other side may too, and says where a connection came from and through what.
//
//   Tor:   authentication types u8 ..., 0        us: 1 (SAFE_COOKIE) | client nonce 32
//   Tor:   server hash 32 | server nonce 32      us: client hash 32
//   Tor:   status u8 = 1                         us: USERADDR, TRANSPORT, DONE
//   Tor:   OKAY or DENY; what Tor sends besides is skipped         then: the connection's payload
//
//   message = command u16 | length u16 | body
//
// Reads first. Waits for at most 4 KiB.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "base/address.h"
#include "base/handshake.h"
#include "base/secret.h"

namespace rozaneh {

using ExtOrPortCookie = Secret<32>;

// The 64 bytes of TOR_PT_AUTH_COOKIE_FILE: a header of 32 and the cookie.
Result<ExtOrPortCookie> parse_ext_orport_cookie(Bytes file);

class ExtOrPortClient final : public Handshake {
 public:
  struct Connection {
    std::optional<Endpoint> peer;  // absent: no USERADDR is sent
    std::string transport;         // of at most 32 characters
  };
  using Nonce = std::array<std::uint8_t, 32>;

  // The nonce is fresh for every connection.
  ExtOrPortClient(const ExtOrPortCookie& cookie, const Nonce& nonce, Connection connection)
      : cookie_(cookie), nonce_(nonce), connection_(std::move(connection)) {}

  Result<Step> step(Bytes received) override;

 private:
  enum class State { types, hash, status, reply };

  Result<Step> read_types(Bytes received);
  Result<Step> read_hash(Bytes received);
  Result<Step> read_status(Bytes received);
  Result<Step> read_reply(Bytes received);
  [[nodiscard]] Buffer describe_connection() const;

  State state_ = State::types;
  ExtOrPortCookie cookie_;
  Nonce nonce_;
  Connection connection_;
  int skipped_ = 0;
};

enum class ExtOrPortError {
  cookie_file,
  no_common_type,
  wrong_hash,
  refused,
  denied,
  malformed,
};

std::string_view layer_of(ExtOrPortError);
std::string_view describe(ExtOrPortError);

}  // namespace rozaneh
