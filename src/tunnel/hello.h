// What client and server say in the two messages that open a connection (docs/protocols/tunnel.md, Hellos).
// Parsed hellos borrow their frames and credential from the payload. Parsing fails with
// TunnelError::malformed.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"
#include "tunnel/frame.h"
#include "tunnel/parameters.h"

namespace rozaneh::tunnel {

// Names a session; known to its two sides only, since it is always sent encrypted.
using SessionId = std::array<std::uint8_t, 16>;

// That the sender knows the session's secret, bound to one handshake.
using Proof = std::array<std::uint8_t, 16>;

struct Join {
  SessionId session{};
  ConnectionNumber connection = 0;
  Proof proof{};
};

struct ClientHello {
  std::uint32_t time = 0;      // seconds since 1970
  std::optional<Join> join{};  // absent: a new session
  Parameters parameters{};
  Bytes credential{};  // a user's, at most 255 bytes; empty: none
  Bytes frames{};
};

enum class Status : std::uint8_t { taken = 0, no_session = 1, full = 2, credential = 3, draining = 4 };

struct ServerHello {
  Status status = Status::taken;
  bool early = false;  // the frames of the client's hello were taken
  // One of them with Status::taken: the new session's name, or the proof of a session that was joined.
  std::optional<SessionId> session{};
  std::optional<Proof> proof{};
  Parameters parameters{};
  Bytes frames{};
};

Buffer serialize(const ClientHello& hello);
Buffer serialize(const ServerHello& hello);

Result<ClientHello> parse_client_hello(Bytes payload);

// `joined` is whether the client's hello was a join: what comes back depends on that.
Result<ServerHello> parse_server_hello(Bytes payload, bool joined);

}  // namespace rozaneh::tunnel
