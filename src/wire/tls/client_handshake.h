// The client's side of a TLS 1.3 handshake (RFC 8446), which looks like Chromium's from outside.
//
//     ClientHello                   →
//                                   ←  HelloRetryRequest             where it wants a key of P-256 or P-384
//     change_cipher_spec, hello     →
//                                   ←  ServerHello                   from here on encrypted:
//                                   ←  EncryptedExtensions, CertificateRequest*, Certificate or
//                                      CompressedCertificate, CertificateVerify, Finished
//     change_cipher_spec,           →                                in one record: EncryptedExtensions*
//     (ALPS), Finished                                                       Certificate* (an empty one),
//     Finished
//
// TLS 1.2 is offered, as by Chromium, and not spoken. Nothing is resumed and nothing sent early.
#pragma once

#include <ctime>

#include "base/handshake.h"
#include "crypto/certificate_chain.h"
#include "crypto/tls13_schedule.h"
#include "wire/tls/certificate_message.h"
#include "wire/tls/chromium_hello.h"
#include "wire/tls/error.h"
#include "wire/tls/handshake.h"
#include "wire/tls/record_protection.h"
#include "wire/tls/server_hello.h"

namespace rozaneh::tls {

class ClientHandshake final : public Handshake {
 public:
  struct Options {
    std::string host;                                 // whose certificate it must be
    std::vector<std::string> alpn;                    // see ChromiumHello
    const crypto::CertificateTrust* trust = nullptr;  // outlives the handshake; null: any certificate will do
    std::time_t now = 0;
  };

  ClientHandshake(Options options, Random& random);
  ClientHandshake(const ClientHandshake&) = delete;
  ClientHandshake& operator=(const ClientHandshake&) = delete;

  // Waits for a record at most, and takes kMost bytes of them.
  Result<Step> step(Bytes received) override;

  // Once it is done: what was agreed (empty: no application protocol), and the keys of what follows.
  [[nodiscard]] const std::string& alpn() const { return alpn_; }
  [[nodiscard]] std::uint16_t group() const { return group_; }
  [[nodiscard]] RecordKeys incoming() const;
  [[nodiscard]] RecordKeys outgoing() const;

 private:
  enum class State { start, server_hello, extensions, certificate, verify, finished, done };
  // What the server did, and what it is told.
  struct Wrong {
    Alert alert;
    TlsError code;
    std::string detail;
  };
  using Outcome = std::expected<void, Wrong>;
  static std::unexpected<Wrong> wrong(Alert alert, std::string_view detail);

  Outcome take_record(ContentType type, MutableBytes record, Buffer& send);
  Outcome take_payload(Bytes payload, Buffer& send);
  Outcome take_message(const HandshakeMessage& message, Buffer& send);
  Outcome take_server_hello(const HandshakeMessage& message, Buffer& send);
  [[nodiscard]] Outcome check_server_hello(const ServerHello& hello) const;
  Outcome agree(const ServerHello& hello);
  Outcome take_retry(const ServerHello& hello, Buffer& send);
  Outcome take_extensions(Bytes body);
  Outcome take_request(Bytes body);
  Outcome take_certificate(Bytes body);
  Outcome take_verify(Bytes body);
  Outcome take_finished(const HandshakeMessage& message, Buffer& send);

  [[nodiscard]] crypto::Tls13Suite suite() const { return *suite_; }
  void remember(const HandshakeMessage& message);
  void send_change(Buffer& send);
  Buffer sealed(ContentType type, Bytes content);
  Step failed(const Wrong& wrong, Step step);
  void finish(Buffer& send);

  Options options_;
  KeyShares shares_;
  ChromiumHello hello_;
  Buffer first_hello_;  // until the hash is known
  State state_ = State::start;
  HandshakeReader reader_;
  std::size_t taken_ = 0;
  bool retried_ = false;
  bool changed_ = false;  // change_cipher_spec was sent
  std::uint16_t group_ = 0;
  bool settings_ = false;                  // the server speaks ALPS
  std::optional<Buffer> request_context_;  // of a CertificateRequest
  std::string alpn_;

  std::optional<crypto::Tls13Suite> suite_;
  std::optional<crypto::Tls13Transcript> transcript_;
  std::optional<crypto::Tls13Schedule> schedule_;
  std::optional<crypto::Tls13Secret> client_secret_,
      server_secret_;  // of the handshake, then of what follows
  std::optional<RecordKeys> in_, out_;
  std::optional<crypto::CertificateChain> chain_;
};

}  // namespace rozaneh::tls
