// TLS over any Stream, with OpenSSL: what the server's and the client's side have in common.
#pragma once

#include <openssl/ssl.h>

#include <string>
#include <string_view>

#include "crypto/openssl.h"
#include "crypto/tls_library.h"
#include "io/tls13_stream.h"

namespace rozaneh::io {

// OpenSSL's words for what went wrong last, as an error; `doing` says at what. Clears OpenSSL's queue.
Error tls_failure(std::string_view doing);

// The stream inside TLS. The peer's close_notify ends it as a half-close does; so does the end of the
// connection without one where the context has SSL_OP_IGNORE_UNEXPECTED_EOF.
class TlsStream final : public Stream {
 public:
  using Ssl = std::unique_ptr<SSL, crypto::OpensslFree<&SSL_free>>;

  // `ssl` knows which side it is on and has no BIO yet; `received` is what has been read already.
  TlsStream(Loop& loop, StreamPtr inner, Ssl ssl, Chunk received = Chunk());
  ~TlsStream() override;

  // Before anything else. On a failure an alert has been sent, where TLS has one.
  Task<Result<>> shake_hands();

  // What was agreed: the application protocol, or an empty text.
  [[nodiscard]] std::string_view alpn() const { return alpn_; }

  // The host that the client asked for, or an empty text.
  [[nodiscard]] std::string_view server_name() const { return server_name_; }

  // OpenSSL's object; null after `let_go`.
  [[nodiscard]] SSL* ssl() const { return ssl_.get(); }

  // For a server with a context of crypto::tls_library, after the handshake: if it is TLS 1.3, OpenSSL is no
  // longer needed, and what it kept for this connection is given back.
  void let_go();

  // How long the records to come are, where `let_go` has done something; otherwise they stay as they are.
  // `shape` outlives the stream.
  void shape(const RecordShape& shape) {
    if (plain_) plain_->shape(shape);
  }

  Task<Result<Chunk>> read() override { return plain_ ? plain_->read() : read_by_openssl(); }
  Task<Result<>> write(Bytes bytes) override {
    return plain_ ? plain_->write(bytes) : write_by_openssl(bytes);
  }
  Task<Result<>> finish() override { return plain_ ? plain_->finish() : finish_by_openssl(); }
  void abort() noexcept override { inner_->abort(); }
  [[nodiscard]] bool holds_bytes() const override {
    return plain_ ? plain_->holds_bytes() : tls::holds_record(in_.bytes());
  }
  TcpStream* plain_sink() override { return plain_ ? plain_->plain_sink() : nullptr; }

 private:
  static const BIO_METHOD* bio_method();
  int step();
  Task<Result<Chunk>> read_by_openssl();
  Task<Result<>> write_by_openssl(Bytes bytes);
  Task<Result<>> finish_by_openssl();
  Task<Result<bool>> feed();
  Task<Result<>> flush();

  Loop& loop_;
  StreamPtr inner_;
  Ssl ssl_;
  Chunk in_;    // from the peer, not yet taken by OpenSSL
  Buffer out_;  // for the peer
  bool flushing_ = false;
  std::string alpn_;
  std::string server_name_;
  std::unique_ptr<crypto::TrafficSecrets> secrets_;
  std::size_t last_records_ = 0;  // that the last step of the handshake sent, all under the server's secret
  std::optional<Tls13Stream> plain_;
};

}  // namespace rozaneh::io
