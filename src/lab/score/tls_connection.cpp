#include <openssl/err.h>

#include "crypto/openssl_handles.h"
#include "io/error.h"
#include "lab/score/connection.h"

namespace rozaneh::lab {
namespace {

using crypto::must;
using crypto::must_have;

// What clients of our days do not speak by themselves, and the old ones did.
void allow_the_old(SSL_CTX* context, const std::string& ciphers) {
  SSL_CTX_set_security_level(context, 0);
  must(SSL_CTX_set_cipher_list(context, ciphers.c_str()));
}

crypto::SslContext make_context(const TlsPlan& plan) {
  crypto::SslContext context(must_have(SSL_CTX_new(TLS_client_method())));
  if (!plan.version.empty()) {
    const int version = plan.version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
    must(static_cast<int>(SSL_CTX_set_min_proto_version(context.get(), version)));
    must(static_cast<int>(SSL_CTX_set_max_proto_version(context.get(), version)));
  }
  if (!plan.ciphers.empty()) allow_the_old(context.get(), plan.ciphers);
  if (plan.verify) {
    must(SSL_CTX_set_default_verify_paths(context.get()));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  }
  return context;
}

class TlsConnection final : public Connection {
 public:
  TlsConnection(std::unique_ptr<SocketConnection> raw, const TlsPlan& plan)
      : raw_(std::move(raw)), context_(make_context(plan)), ssl_(must_have(SSL_new(context_.get()))) {
    must(SSL_set_fd(ssl_.get(), raw_->socket()));
    must(static_cast<int>(SSL_set_tlsext_host_name(ssl_.get(), plan.host.c_str())));
    if (plan.verify) must(SSL_set1_host(ssl_.get(), plan.host.c_str()));
    SSL_set_connect_state(ssl_.get());
  }

  Result<> shake_hands(const std::string& version) {
    for (int done = 0; (done = SSL_do_handshake(ssl_.get())) != 1;)
      if (const auto waited = wait_for(done); !waited) return waited;
    const std::string got = SSL_get_version(ssl_.get());
    if (!version.empty() && got != "TLSv" + version) return fail(io::IoError::other, "not asked for: " + got);
    return {};
  }

  Result<std::size_t> read(MutableBytes into) override {
    for (;;) {
      const int count = SSL_read(ssl_.get(), into.data(), static_cast<int>(into.size()));
      if (count > 0) return static_cast<std::size_t>(count);
      if (SSL_get_error(ssl_.get(), count) == SSL_ERROR_ZERO_RETURN) return std::size_t{0};
      if (const auto waited = wait_for(count); !waited) return std::unexpected(waited.error());
    }
  }

  Result<> write(Bytes bytes) override {
    while (!bytes.empty()) {
      const int count = SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size()));
      if (count > 0) {
        bytes = bytes.subspan(static_cast<std::size_t>(count));
      } else if (const auto waited = wait_for(count); !waited) {
        return waited;
      }
    }
    return {};
  }

 private:
  // After a call that could not go on.
  Result<> wait_for(int code) {
    const int number = errno;
    switch (SSL_get_error(ssl_.get(), code)) {
      case SSL_ERROR_WANT_READ:
        return raw_->wait(false);
      case SSL_ERROR_WANT_WRITE:
        return raw_->wait(true);
      case SSL_ERROR_SYSCALL:
        return number != 0 ? std::unexpected(io::from_errno(number)) : fail(io::IoError::ended_early);
      default: {
        const char* reason = ERR_reason_error_string(ERR_get_error());
        return fail(io::IoError::other, std::string("TLS: ") + (reason != nullptr ? reason : "failed"));
      }
    }
  }

  std::unique_ptr<SocketConnection> raw_;
  crypto::SslContext context_;
  crypto::Ssl ssl_;
};

}  // namespace

Result<ConnectionPtr> open_tls(std::unique_ptr<SocketConnection> raw, const TlsPlan& plan) {
  ERR_clear_error();
  auto connection = std::make_unique<TlsConnection>(std::move(raw), plan);
  if (auto done = connection->shake_hands(plan.version); !done) return std::unexpected(done.error());
  return connection;
}

}  // namespace rozaneh::lab
