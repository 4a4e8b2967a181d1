#include "io/tls_server.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "crypto/openssl.h"
#include "io/error.h"

namespace rozaneh::io {
namespace {

using crypto::must;
using crypto::must_have;
using crypto::OpensslFree;
using Ssl = std::unique_ptr<SSL, OpensslFree<&SSL_free>>;
using Bio = std::unique_ptr<BIO, OpensslFree<&BIO_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;

Bio bio_of(const std::string& text) {
  return Bio(must_have(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

// OpenSSL's words for what went wrong last.
Error failure(std::string_view doing) {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return {IoError::other, std::string(doing).append(": ").append(reason != nullptr ? reason : "TLS failed")};
}

// TLS between two memories: what the peer sent goes in, what is for the peer comes out.
class TlsStream final : public Stream {
 public:
  TlsStream(Loop& loop, StreamPtr inner, SSL_CTX* context)
      : loop_(loop),
        inner_(std::move(inner)),
        ssl_(must_have(SSL_new(context))),
        in_(must_have(BIO_new(BIO_s_mem()))),
        out_(must_have(BIO_new(BIO_s_mem()))) {
    SSL_set_bio(ssl_.get(), in_, out_);
    SSL_set_accept_state(ssl_.get());
  }

  Task<Result<>> shake_hands() {
    for (;;) {
      const int done = SSL_do_handshake(ssl_.get());
      const bool waits = done != 1 && SSL_get_error(ssl_.get(), done) == SSL_ERROR_WANT_READ;
      const Error error = failure("TLS handshake");
      const auto flushed = co_await flush();  // an alert, too
      if (!flushed) co_return flushed;
      if (done == 1) co_return Result<>();
      if (!waits) co_return std::unexpected(error);
      const auto fed = co_await feed();
      if (!fed) co_return std::unexpected(fed.error());
      if (!*fed) co_return fail(IoError::ended_early, "in the TLS handshake");
    }
  }

  Task<Result<Chunk>> read() override {
    for (;;) {
      Chunk chunk = loop_.pool().borrow();
      std::size_t got = 0;
      const int good = SSL_read_ex(ssl_.get(), chunk.room().data(), chunk.room().size(), &got);
      if (good == 1) {
        chunk.grow(got);
        co_return chunk;
      }
      const int why = SSL_get_error(ssl_.get(), good);
      if (why == SSL_ERROR_ZERO_RETURN) co_return Chunk();
      if (why != SSL_ERROR_WANT_READ) co_return std::unexpected(failure("TLS"));
      chunk = Chunk();
      const auto flushed = co_await flush();
      if (!flushed) co_return std::unexpected(flushed.error());
      const auto fed = co_await feed();
      if (!fed) co_return std::unexpected(fed.error());
      if (!*fed) co_return Chunk();
    }
  }

  Task<Result<>> write(Bytes bytes) override {
    constexpr std::size_t kMost = 64 * 1024;  // encrypted before it is handed on
    while (!bytes.empty()) {
      const Bytes part = bytes.first(std::min(bytes.size(), kMost));
      std::size_t taken = 0;
      // A memory takes all.
      if (SSL_write_ex(ssl_.get(), part.data(), part.size(), &taken) != 1)
        co_return std::unexpected(failure("TLS"));
      bytes = bytes.subspan(taken);
      const auto flushed = co_await flush();
      if (!flushed) co_return flushed;
    }
    co_return Result<>();
  }

  Task<Result<>> finish() override {
    (void)SSL_shutdown(ssl_.get());
    const auto flushed = co_await flush();
    if (!flushed) co_return flushed;
    co_return co_await inner_->finish();
  }

  void abort() noexcept override { inner_->abort(); }

 private:
  // What came from the peer; false: nothing will any more.
  Task<Result<bool>> feed() {
    const auto chunk = co_await inner_->read();
    if (!chunk) co_return std::unexpected(chunk.error());
    if (chunk->empty()) co_return false;
    must(BIO_write(in_, chunk->bytes().data(), static_cast<int>(chunk->size())) ==
                 static_cast<int>(chunk->size())
             ? 1
             : 0);
    co_return true;
  }

  // Reading answers sometimes, so that both tasks may want to send; who is at it takes the other's along.
  Task<Result<>> flush() {
    if (flushing_) co_return Result<>();
    flushing_ = true;
    Result<> written;
    while (written && BIO_pending(out_) > 0) {
      Chunk chunk = loop_.pool().borrow();
      const int count = BIO_read(out_, chunk.room().data(), static_cast<int>(chunk.room().size()));
      chunk.grow(static_cast<std::size_t>(std::max(count, 0)));
      written = co_await inner_->write(chunk.bytes());
    }
    flushing_ = false;
    co_return written;
  }

  Loop& loop_;
  StreamPtr inner_;
  Ssl ssl_;
  BIO* in_;  // both are the SSL's
  BIO* out_;
  bool flushing_ = false;
};

Result<> use(SSL_CTX* context, const std::string& chain, const std::string& key) {
  const Bio certificates = bio_of(chain);
  const Certificate own(PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr));
  if (!own || SSL_CTX_use_certificate(context, own.get()) != 1)
    return std::unexpected(failure("the certificate"));
  while (X509* issuer = PEM_read_bio_X509(certificates.get(), nullptr, nullptr, nullptr))
    must(static_cast<int>(SSL_CTX_add0_chain_cert(context, issuer)));
  ERR_clear_error();  // the end of the text counts as an error
  const Bio text = bio_of(key);
  const Key secret(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  if (!secret || SSL_CTX_use_PrivateKey(context, secret.get()) != 1)
    return std::unexpected(failure("the certificate's key"));
  return {};
}

}  // namespace

void TlsServer::Free::operator()(ssl_ctx_st* context) const { SSL_CTX_free(context); }

Result<TlsServer> TlsServer::make(const std::string& chain, const std::string& key, TlsVersions versions) {
  Context context(must_have(SSL_CTX_new(TLS_server_method())));
  SSL_CTX_set_min_proto_version(context.get(),
                                versions == TlsVersions::tls13_only ? TLS1_3_VERSION : TLS1_2_VERSION);
  SSL_CTX_set_max_proto_version(context.get(),
                                versions == TlsVersions::tls12_only ? TLS1_2_VERSION : TLS1_3_VERSION);
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  if (const auto used = use(context.get(), chain, key); !used) return std::unexpected(used.error());
  return TlsServer(std::move(context));
}

Task<Result<StreamPtr>> TlsServer::accept(Loop& loop, StreamPtr raw) const {
  auto stream = std::make_unique<TlsStream>(loop, std::move(raw), context_.get());
  const auto done = co_await stream->shake_hands();
  if (!done) co_return std::unexpected(done.error());
  co_return stream;
}

}  // namespace rozaneh::io
