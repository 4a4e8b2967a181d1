// Watches one TLS connection go by, in both directions, and tells what can be seen of it without a key:
// SSL 3.0 to TLS 1.3, and SSL 2.0's form of the ClientHello.
//
// In TLS 1.2 and before all of the handshake is in the open up to the ChangeCipherSpec of each side; in
// TLS 1.3 the hellos alone.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "lab/direction.h"
#include "lab/recognise/certificate.h"
#include "lab/recognise/looks.h"
#include "lab/recognise/tls_key_exchange.h"
#include "lab/recognise/tls_sslv2.h"
#include "wire/tls/client_hello.h"
#include "wire/tls/handshake.h"
#include "wire/tls/record.h"
#include "wire/tls/server_hello.h"

namespace rozaneh::lab {

struct TlsAlert {
  std::uint8_t level = 0;        // 1 warning, 2 fatal
  std::uint8_t description = 0;  // 0 close_notify, 40 handshake_failure, ...

  bool operator==(const TlsAlert&) const = default;
};

struct TlsEvent {
  enum class Kind {
    client_hello,         // detail: ClientHello, or Sslv2ClientHello; none: malformed
    server_hello,         // detail: ServerHello (also a HelloRetryRequest); none: malformed
    certificate,          // detail: CertificateChain; none: malformed, or the message is above kMaxTlsMessage
    server_key_exchange,  // detail: TlsKeyExchange
    certificate_request,
    server_hello_done,
    client_key_exchange,
    other_handshake,      // another message in the open
    change_cipher_spec,   // in TLS 1.3 it means nothing
    finished,             // the first encrypted handshake record of a side, up to TLS 1.2
    encrypted_handshake,  // those after it
    alert,                // detail: TlsAlert; none: it is encrypted
    application_data,     // in TLS 1.3 the rest of the handshake too
    heartbeat,
  };

  Direction direction{};
  Kind kind{};
  std::uint64_t end = 0;  // where in its direction's stream its last byte stands, counted from 1
  std::size_t size = 0;   // bytes of the message with its header; of the payload where it is a record
  std::variant<std::monostate, tls::ClientHello, Sslv2ClientHello, tls::ServerHello, CertificateChain,
               TlsKeyExchange, TlsAlert>
      detail;
};

// A message that is larger is told of without detail.
inline constexpr std::size_t kMaxTlsMessage = std::size_t{64} * 1024;

// Give it each direction's bytes in order, and the two directions in the order in which they went by. How
// they are cut changes neither the events nor their order within a direction. Keeps an unfinished message a
// direction at most (64 KiB), and no payload.
class TlsObserver {
 public:
  TlsObserver() = default;

  // What these bytes completed.
  std::vector<TlsEvent> feed(Direction direction, Bytes bytes);

  // Whether this is TLS: `yes` once either side's hello was seen; `no` once both directions, or the one that
  // has bytes, began with something else.
  [[nodiscard]] Looks looks() const;

  // What was agreed: 0x0303 is TLS 1.2. nullopt before the ServerHello.
  [[nodiscard]] std::optional<std::uint16_t> version() const { return version_; }
  [[nodiscard]] std::optional<std::uint16_t> cipher_suite() const { return cipher_suite_; }

  // Whether a direction stopped being made of records: no more events come of it.
  [[nodiscard]] bool broken(Direction direction) const { return side(direction).records.broken(); }

 private:
  struct Side {
    tls::RecordReader records;
    tls::HandshakeReader messages{kMaxTlsMessage};
    Buffer alert;
    std::uint64_t taken = 0;  // bytes of the stream
    bool ciphered = false;    // its ChangeCipherSpec went by
    bool finished = false;    // and its Finished
  };

  [[nodiscard]] const Side& side(Direction direction) const {
    return direction == Direction::up ? up_ : down_;
  }
  Side& side(Direction direction) { return direction == Direction::up ? up_ : down_; }
  [[nodiscard]] bool encrypted(const Side& side) const { return side.ciphered && version_ != tls::kTls13; }

  bool take_opening(Bytes bytes);
  void take_records(Direction direction, Bytes bytes);
  void take_piece(Direction direction, const tls::RecordReader::Piece& piece);
  void take_messages(Direction direction, Bytes payload);
  void take_alert(Direction direction, const tls::RecordReader::Piece& piece);
  void take_message(TlsEvent event, const tls::HandshakeMessage& message);
  void read_client_hello(TlsEvent& event, const tls::HandshakeMessage& message);
  void read_server_hello(TlsEvent& event, const tls::HandshakeMessage& message);
  void tell(Direction direction, TlsEvent::Kind kind, std::size_t size);

  Side up_, down_;
  Buffer opening_;  // of the client's stream, while it can be SSL 2.0's form
  bool opened_ = false;
  bool hello_seen_ = false;
  std::optional<std::uint16_t> version_;
  std::optional<std::uint16_t> cipher_suite_;
  std::vector<TlsEvent> events_;
};

}  // namespace rozaneh::lab
