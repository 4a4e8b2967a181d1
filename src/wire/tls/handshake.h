// TLS handshake messages (RFC 8446 section 4, RFC 5246 section 7.4), put together out of records.
//
//     type 1 | length 3 | body
#pragma once

#include <optional>

#include "base/bytes.h"

namespace rozaneh::tls {

enum class HandshakeType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,
  encrypted_extensions = 8,
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_status = 22,
  key_update = 24,
  compressed_certificate = 25,  // RFC 8879
};

inline constexpr std::size_t kHandshakeHeader = 4;

struct HandshakeMessage {
  HandshakeType type{};
  std::size_t size = 0;  // with its header
  Bytes body;  // borrowed until the reader is used again; empty where the message was too big to keep
  bool kept = true;
};

// Puts messages together, however they are spread over records. Keeps at most `limit` bytes; a message whose
// body is longer is passed over and told of with its size alone.
class HandshakeReader {
 public:
  explicit HandshakeReader(std::size_t limit) : limit_(limit) {}

  // Takes bytes off the front of `payload` up to the end of the next message; nullopt: all of it is taken and
  // more is needed.
  std::optional<HandshakeMessage> next(Bytes& payload);

  // Whether a message has begun and not ended.
  [[nodiscard]] bool within() const { return !message_.empty() && !ended_; }

 private:
  [[nodiscard]] std::size_t body_size() const;
  void take(Bytes& payload, std::size_t count);

  std::size_t limit_;
  Buffer message_;          // header and what is kept of the body
  std::size_t passed_ = 0;  // bytes of a body that is not kept
  bool ended_ = false;      // the message was handed out
};

}  // namespace rozaneh::tls
