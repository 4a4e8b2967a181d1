#include "lab/probe/tls_client.h"

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <array>

#include "crypto/openssl_handles.h"

namespace rozaneh::lab {

using crypto::must;
using crypto::must_have;

void TlsClient::Free::operator()(ssl_st* ssl) const { SSL_free(ssl); }

TlsClient::TlsClient(const std::string& server_name, bool plain) {
  const crypto::SslContext context(must_have(SSL_CTX_new(TLS_client_method())));
  SSL_CTX_set_security_level(context.get(), 0);  // old bridges have short keys
  ssl_.reset(must_have(SSL_new(context.get())));
  SSL_set_bio(ssl_.get(), must_have(BIO_new(BIO_s_mem())), must_have(BIO_new(BIO_s_mem())));
  SSL_set_connect_state(ssl_.get());
  if (!server_name.empty()) {
    std::string asked = server_name;
    must(static_cast<int>(
        SSL_ctrl(ssl_.get(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, asked.data())));
  }
  static constexpr std::array<std::uint8_t, 9> kHttp11 = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  if (!plain) must(SSL_set_alpn_protos(ssl_.get(), kHttp11.data(), kHttp11.size()) == 0 ? 1 : 0);
}

TlsClient::~TlsClient() = default;

Buffer TlsClient::leaving() {
  BIO* out = SSL_get_wbio(ssl_.get());
  Buffer bytes(BIO_ctrl_pending(out));
  if (!bytes.empty()) (void)BIO_read(out, bytes.data(), static_cast<int>(bytes.size()));
  return bytes;
}

Buffer TlsClient::take(Bytes received) {
  if (!received.empty())
    (void)BIO_write(SSL_get_rbio(ssl_.get()), received.data(), static_cast<int>(received.size()));
  if (!established_ && !failed_) {
    ERR_clear_error();
    const int done = SSL_do_handshake(ssl_.get());
    established_ = done == 1;
    failed_ = done != 1 && SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ;
  }
  return leaving();
}

Buffer TlsClient::certificate() const {
  const crypto::Certificate found(SSL_get1_peer_certificate(ssl_.get()));
  if (!found) return {};
  Buffer der(static_cast<std::size_t>(std::max(0, i2d_X509(found.get(), nullptr))));
  std::uint8_t* at = der.data();
  (void)i2d_X509(found.get(), &at);
  return der;
}

Buffer TlsClient::write(Bytes plain) {
  std::size_t taken = 0;
  ERR_clear_error();
  if (SSL_write_ex(ssl_.get(), plain.data(), plain.size(), &taken) != 1) failed_ = true;
  return leaving();
}

Buffer TlsClient::read() {
  Buffer plain;
  std::array<std::uint8_t, 4096> part{};
  std::size_t got = 0;
  for (;;) {
    ERR_clear_error();
    const int good = SSL_read_ex(ssl_.get(), part.data(), part.size(), &got);
    if (good == 1) {
      append(plain, Bytes(part).first(got));
      continue;
    }
    failed_ = failed_ || SSL_get_error(ssl_.get(), good) != SSL_ERROR_WANT_READ;
    return plain;
  }
}

}  // namespace rozaneh::lab
