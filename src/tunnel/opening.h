// The two messages that open a connection, without I/O (docs/protocols/tunnel.md, One connection):
//
//     client                                 server
//     hello(...)      -- LEN | message -->   read(message)   gives the client's hello
//     read(message)   <-- LEN | message --   answer(...)
//     keys()                                 keys()
//
// Both sides read a message by its length: the two bytes in front, kLeastMessage to kMostMessage.
#pragma once

#include "crypto/noise/handshake_state.h"
#include "tunnel/hello.h"

namespace rozaneh::tunnel {

inline constexpr std::size_t kMessageHead = 2;
inline constexpr std::size_t kMostPayload = 16 * 1024;
inline constexpr std::size_t kLeastMessage = noise::HandshakeState::kOverhead;
inline constexpr std::size_t kMostMessage = kMostPayload + kLeastMessage;

using SessionSecret = Secret<32>;  // of a session, from its first connection: proves who joins

// All that an open connection needs.
struct Keys {
  noise::CipherState send;
  noise::CipherState receive;
  Secret<32> send_mask;
  Secret<32> receive_mask;
  SessionSecret session;  // the first connection's is the session's
};

// The size of the message whose first two bytes these are; fails where there is none of that size.
Result<std::size_t> message_size(std::span<const std::uint8_t, kMessageHead> head);

class ClientOpening {
 public:
  // The server's key stands in the link; `ephemeral` is a fresh pair for this connection alone.
  ClientOpening(const crypto::PublicKey& server, const crypto::KeyPair& ephemeral);

  // The message with its length in front, padded to a payload of `least` bytes or more. With a join, the
  // session's secret makes its proof. Frames and credential have at most kMostPayload - 1024 bytes.
  Buffer hello(ClientHello hello, const SessionSecret* secret, std::size_t least = 0);

  // The server's hello; it borrows from this. Fails with TunnelError.
  Result<ServerHello> read(Bytes message);

  // Once, after `read`.
  Keys keys();

 private:
  noise::HandshakeState noise_;
  crypto::PublicKey ephemeral_;
  std::optional<SessionSecret> secret_;
  Buffer answer_;
};

class ServerOpening {
 public:
  ServerOpening(const crypto::KeyPair& server, const crypto::KeyPair& ephemeral);
  ServerOpening(ServerOpening&&) noexcept = default;
  ServerOpening& operator=(ServerOpening&&) = delete;
  ~ServerOpening() { wipe(hello_); }  // it may hold a credential

  // The client's hello; it borrows from this. Fails with TunnelError.
  Result<ClientHello> read(Bytes message);

  // Whether a join comes from one who has the session's secret.
  [[nodiscard]] bool proves(const Join& join, const SessionSecret& secret) const;

  // The answer with its length in front. With `secret`, a joined session's, it gets its proof.
  Buffer answer(ServerHello hello, const SessionSecret* secret, std::size_t least = 0);

  // Once, after `answer`.
  Keys keys();

  // The client's key of this handshake, after `read`: no two handshakes have the same.
  [[nodiscard]] const crypto::PublicKey& client_ephemeral() const { return client_ephemeral_; }

 private:
  noise::HandshakeState noise_;
  crypto::PublicKey ephemeral_;
  crypto::PublicKey client_ephemeral_;
  Buffer hello_;
};

}  // namespace rozaneh::tunnel
