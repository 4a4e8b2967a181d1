#include "io/tls_client.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "base/address.h"
#include "io/drive.h"
#include "io/error.h"
#include "io/tls13_stream.h"
#include "io/tls_stream.h"
#include "wire/tls/client_handshake.h"

namespace rozaneh::io {
namespace {

using crypto::must;
using crypto::must_have;
using crypto::OpensslFree;
using Bio = std::unique_ptr<BIO, OpensslFree<&BIO_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<&X509_free>>;

Result<> trust(SSL_CTX* context, const std::string& authorities) {
  if (authorities.empty()) {
    if (SSL_CTX_set_default_verify_paths(context) == 1) return {};
    return std::unexpected(tls_failure("the system's authorities"));
  }
  const Bio text(must_have(BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size()))));
  std::size_t count = 0;
  for (;; ++count) {
    const Certificate one(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    must(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), one.get()));
  }
  if (count == 0) return std::unexpected(tls_failure("the authorities"));
  ERR_clear_error();  // the end of the text counts as an error
  return {};
}

// As ALPN has it on the wire: each with its length in front.
Result<Buffer> wire_of(const std::vector<std::string>& protocols) {
  Buffer wire;
  for (const std::string& name : protocols) {
    if (name.empty() || name.size() > 255) return fail(IoError::other, "an ALPN name of this length");
    wire.push_back(static_cast<std::uint8_t>(name.size()));
    wire.insert(wire.end(), name.begin(), name.end());
  }
  return wire;
}

bool is_a_browsers(const std::vector<std::string>& alpn) {
  return alpn == std::vector<std::string>{"http/1.1"} || alpn == std::vector<std::string>{"h2", "http/1.1"};
}

}  // namespace

Result<TlsClient> TlsClient::make(const Options& options) {
  TlsClient client(options);
  if (options.hello == Hello::openssl) {
    auto context = make_context(options);
    if (!context) return std::unexpected(context.error());
    client.context_ = std::move(*context);
    return client;
  }
  if (!is_a_browsers(options.alpn)) return fail(IoError::other, "no browser offers such protocols in TLS");
  if (options.verify) {
    auto trust = crypto::CertificateTrust::make(options.authorities);
    if (!trust) return fail(IoError::other, "the authorities: " + trust.error());
    client.trust_ = std::move(*trust);
  }
  return client;
}

Result<TlsClient::Context> TlsClient::make_context(const Options& options) {
  Context context(must_have(SSL_CTX_new(TLS_client_method())));
  must(static_cast<int>(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION)));
  SSL_CTX_set_mode(context.get(), SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_options(context.get(), SSL_OP_IGNORE_UNEXPECTED_EOF);
  SSL_CTX_set_verify(context.get(), options.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
  if (options.verify)
    if (const auto trusted = trust(context.get(), options.authorities); !trusted)
      return std::unexpected(trusted.error());
  const auto alpn = wire_of(options.alpn);
  if (!alpn) return std::unexpected(alpn.error());
  if (!alpn->empty())  // 0 is success here, alone in all of OpenSSL
    must(SSL_CTX_set_alpn_protos(context.get(), alpn->data(), static_cast<unsigned>(alpn->size())) == 0 ? 1
                                                                                                        : 0);
  return context;
}

Task<TlsClient::Connected> TlsClient::connect(Loop& loop, StreamPtr raw, std::string host) const {
  return context_ ? connect_with_openssl(loop, std::move(raw), std::move(host))
                  : connect_as_chromium(loop, std::move(raw), std::move(host));
}

Task<TlsClient::Connected> TlsClient::connect_as_chromium(Loop& loop, StreamPtr raw, std::string host) const {
  tls::ClientHandshake::Options options{.host = std::move(host),
                                        .alpn = options_.alpn,
                                        .trust = trust_ ? &*trust_ : nullptr,
                                        .now = std::time(nullptr)};
  // On the heap, since a coroutine's frame lasts as long as its connection.
  const auto handshake = std::make_unique<tls::ClientHandshake>(std::move(options), loop.random());
  const auto rest = co_await drive(*raw, *handshake);
  if (!rest) co_return std::unexpected(rest.error());
  Stream& outer = *raw;
  auto inside = std::make_unique<Tls13Stream>(loop, outer, handshake->incoming(), handshake->outgoing(),
                                              *rest, Tls13Stream::Side::client);
  co_return std::make_unique<TlsClientStream>(std::move(raw), std::move(inside), handshake->alpn());
}

Task<TlsClient::Connected> TlsClient::connect_with_openssl(Loop& loop, StreamPtr raw,
                                                           std::string host) const {
  TlsStream::Ssl ssl(must_have(SSL_new(context_.get())));
  SSL_set_connect_state(ssl.get());
  if (IpAddress::parse(host)) {
    must(X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl.get()), host.c_str()));
  } else {
    must(static_cast<int>(SSL_set_tlsext_host_name(ssl.get(), host.c_str())));
    must(SSL_set1_host(ssl.get(), host.c_str()));
  }
  auto stream = std::make_unique<TlsStream>(loop, std::move(raw), std::move(ssl));
  const auto done = co_await stream->shake_hands();
  if (!done) co_return std::unexpected(done.error());
  std::string alpn(stream->alpn());
  co_return std::make_unique<TlsClientStream>(nullptr, std::move(stream), std::move(alpn));
}

}  // namespace rozaneh::io
