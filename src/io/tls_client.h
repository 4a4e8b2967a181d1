// The client's side of TLS over any Stream.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "crypto/certificate_chain.h"
#include "crypto/openssl.h"
#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

// The stream inside TLS, and what was agreed.
class TlsClientStream final : public Stream {
 public:
  // `raw` is what `inside` borrows, if it does not own it.
  TlsClientStream(StreamPtr raw, StreamPtr inside, std::string alpn)
      : raw_(std::move(raw)), inside_(std::move(inside)), alpn_(std::move(alpn)) {}

  // The application protocol, or an empty text.
  [[nodiscard]] std::string_view alpn() const { return alpn_; }

  Task<Result<Chunk>> read() override { return inside_->read(); }
  Task<Result<>> write(Bytes bytes) override { return inside_->write(bytes); }
  Task<Result<>> finish() override { return inside_->finish(); }
  void abort() noexcept override { inside_->abort(); }

 private:
  StreamPtr raw_;
  StreamPtr inside_;
  std::string alpn_;
};

// What is asked of servers. Used from several loops at once; outlives its streams.
class TlsClient {
 public:
  // Whose ClientHello goes out, which everybody on the path can read: docs/decisions/001-client-hello.md.
  enum class Hello {
    chromium,  // TLS 1.3 alone, by wire/tls/client_handshake.h
    openssl,   // TLS 1.2 and 1.3, and every censor knows that this is no browser
  };
  struct Options {
    // Application protocols, the best first. With Chromium's hello {"http/1.1"}, as for a WebSocket, or
    // {"h2", "http/1.1"}, as for a page; another list is nobody's, and refused.
    std::vector<std::string> alpn = {"http/1.1"};
    std::string authorities;  // PEM; empty: those that the system trusts
    bool verify = true;       // false: any certificate will do
    Hello hello = Hello::chromium;
  };

  static Result<TlsClient> make(const Options& options);

  // Shakes hands on `raw` with `host`, which the certificate must be for, and answers the stream inside. A
  // name is sent as SNI, an address is not. Set a Deadline. On a failure `raw` is gone.
  Task<Result<std::unique_ptr<TlsClientStream>>> connect(Loop& loop, StreamPtr raw, std::string host) const;

 private:
  using Connected = Result<std::unique_ptr<TlsClientStream>>;
  using Context = std::unique_ptr<SSL_CTX, crypto::OpensslFree<&SSL_CTX_free>>;
  explicit TlsClient(Options options) : options_(std::move(options)) {}
  static Result<Context> make_context(const Options& options);
  Task<Connected> connect_as_chromium(Loop& loop, StreamPtr raw, std::string host) const;
  Task<Connected> connect_with_openssl(Loop& loop, StreamPtr raw, std::string host) const;

  Options options_;
  std::optional<crypto::CertificateTrust> trust_;  // with Chromium's hello, where it is to be verified
  Context context_;                                // with OpenSSL's
};

}  // namespace rozaneh::io
