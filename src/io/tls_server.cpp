#include "io/tls_server.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "crypto/hash.h"
#include "io/ticket_keys.h"
#include "wire/tls/extension.h"

namespace rozaneh::io {
namespace {

using crypto::must;
using crypto::must_have;
using crypto::OpensslFree;
using Bio = std::unique_ptr<BIO, OpensslFree<&BIO_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using Key = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;

constexpr long kSessionSeconds = 300;                 // nginx's ssl_session_timeout
constexpr const char* kCiphers = "HIGH:!aNULL:!MD5";  // nginx's ssl_ciphers
constexpr std::size_t kSessionContext = 20;           // bytes; nginx's is a SHA-1, and it lengthens tickets

Bio bio_of(const std::string& text) {
  return Bio(must_have(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
}

// A chain and its key, in OpenSSL's terms.
struct Parsed {
  Certificate own;
  std::vector<Certificate> issuers;
  Key key;
};

Result<Parsed> parse(const TlsIdentity& identity) {
  Parsed parsed;
  const Bio chain = bio_of(identity.chain);
  // Of the library that uses them, or each handshake would carry them over.
  OSSL_LIB_CTX* library = crypto::tls_library();
  X509* own = must_have(X509_new_ex(library, crypto::kTlsProperties));
  if (PEM_read_bio_X509(chain.get(), &own, nullptr, nullptr) == nullptr) {
    X509_free(own);
    own = nullptr;
  }
  parsed.own.reset(own);
  if (!parsed.own) return std::unexpected(tls_failure("the certificate"));
  while (X509* issuer = PEM_read_bio_X509(chain.get(), nullptr, nullptr, nullptr))
    parsed.issuers.emplace_back(issuer);
  ERR_clear_error();  // the end of the text counts as an error
  const Bio key = bio_of(identity.key);
  parsed.key.reset(
      PEM_read_bio_PrivateKey_ex(key.get(), nullptr, nullptr, nullptr, library, crypto::kTlsProperties));
  if (!parsed.key) return std::unexpected(tls_failure("the certificate's key"));
  if (X509_check_private_key(parsed.own.get(), parsed.key.get()) != 1)
    return std::unexpected(tls_failure("the certificate's key"));
  return parsed;
}

Result<> use(SSL_CTX* context, const TlsIdentity& identity) {
  const auto parsed = parse(identity);
  if (!parsed) return std::unexpected(parsed.error());
  if (SSL_CTX_use_certificate(context, parsed->own.get()) != 1)
    return std::unexpected(tls_failure("the certificate"));
  for (const Certificate& issuer : parsed->issuers)
    must(static_cast<int>(SSL_CTX_add1_chain_cert(context, issuer.get())));
  if (SSL_CTX_use_PrivateKey(context, parsed->key.get()) != 1)
    return std::unexpected(tls_failure("the certificate's key"));
  return {};
}

bool use(SSL* ssl, const TlsIdentity& identity) {
  const auto parsed = parse(identity);
  SSL_certs_clear(ssl);  // of other kinds of key, which the client may like better
  return parsed && SSL_use_certificate(ssl, parsed->own.get()) == 1 &&
         SSL_use_PrivateKey(ssl, parsed->key.get()) == 1;
}

void set_versions(SSL_CTX* context, TlsVersions versions) {
  int least = TLS1_2_VERSION;
  if (versions == TlsVersions::tls13_only) least = TLS1_3_VERSION;
  if (versions == TlsVersions::as_nginx) least = TLS1_VERSION;
  must(static_cast<int>(SSL_CTX_set_min_proto_version(context, least)));
  const int most = versions == TlsVersions::tls12_only ? TLS1_2_VERSION : TLS1_3_VERSION;
  must(static_cast<int>(SSL_CTX_set_max_proto_version(context, most)));
}

// What nginx 1.22 sets, except for reading ahead, which is ours to do.
void set_as_nginx(SSL_CTX* context) {
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_NO_AUTO_CHAIN | SSL_MODE_ENABLE_PARTIAL_WRITE);
  SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION |
                                   SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                   SSL_OP_SINGLE_DH_USE | SSL_OP_NO_ANTI_REPLAY);
  must(SSL_CTX_set_cipher_list(context, kCiphers));
  // Sessions live in tickets alone; a client of TLS 1.2 without tickets still gets a session's number.
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_SERVER | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_set_timeout(context, kSessionSeconds);
  // Any name is acknowledged, in TLS 1.2 in the clear, which OpenSSL does only where somebody looks at it.
  SSL_CTX_set_tlsext_servername_callback(
      context, +[](SSL* /*ssl*/, int* /*alert*/, void* /*nothing*/) { return SSL_TLSEXT_ERR_OK; });
}

// The name in the hello's server_name extension (RFC 6066), if there is a good one.
std::string asked_name(SSL* ssl) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, tls::extension::kServerName, &data, &size) != 1) return {};
  Reader reader(Bytes(data, size));
  const auto list = tls::take_vector16(reader);
  Reader names(list.value_or(Bytes()));
  const auto type = names.u8();
  const auto name = tls::take_vector16(names);
  return type && *type == 0 && name ? std::string(text_of(*name)) : std::string();
}

// Whether ALPN (RFC 7301) offers this protocol and no other.
bool offers_only(SSL* ssl, std::string_view protocol) {
  const unsigned char* data = nullptr;
  std::size_t size = 0;
  if (SSL_client_hello_get0_ext(ssl, tls::extension::kAlpn, &data, &size) != 1) return false;
  Reader reader(Bytes(data, size));
  const auto list = tls::take_vector16(reader);
  Reader names(list.value_or(Bytes()));
  const auto name = tls::take_vector8(names);
  return name && names.empty() && text_of(*name) == protocol;
}

bool has_protocol(Bytes offered, std::string_view protocol) {
  for (Reader names(offered); !names.empty();) {
    const auto name = tls::take_vector8(names);
    if (!name) return false;
    if (text_of(*name) == protocol) return true;
  }
  return false;
}

}  // namespace

struct TlsServer::Shared {
  TlsServerOptions options;
  TicketKeys tickets;
  mutable std::mutex mutex;
  Context context;

  // ALPN's answer: the best of ours that the client has. `to` is the one that was chosen.
  int choose(Bytes offered, const unsigned char** to, unsigned char* size) const {
    const auto take = [&](const std::string& protocol) {
      *to = bytes_of(protocol).data();
      *size = static_cast<unsigned char>(protocol.size());
      return SSL_TLSEXT_ERR_OK;
    };
    for (const std::string& ours : options.alpn)
      if (has_protocol(offered, ours)) return take(ours);
    return SSL_TLSEXT_ERR_ALERT_FATAL;
  }

  int on_alpn(SSL* ssl, Bytes offered, const unsigned char** to, unsigned char* size) const {
    if (SSL_get_ex_data(ssl, index_of_special()) != nullptr) {
      *to = bytes_of(options.special_protocol).data();
      *size = static_cast<unsigned char>(options.special_protocol.size());
      return SSL_TLSEXT_ERR_OK;
    }
    return options.alpn.empty() ? SSL_TLSEXT_ERR_NOACK : choose(offered, to, size);
  }

  void on_hello(SSL* ssl) {
    if (!options.special_identity || !offers_only(ssl, options.special_protocol)) return;
    const auto identity = options.special_identity(asked_name(ssl));
    if (identity && use(ssl, *identity)) must(SSL_set_ex_data(ssl, index_of_special(), this));
  }

  static int index_of_special() {
    static const int index = SSL_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
    return index;
  }
};

TlsServer::TlsServer(std::unique_ptr<Shared> shared) : shared_(std::move(shared)) {}
TlsServer::TlsServer(TlsServer&&) noexcept = default;
TlsServer::~TlsServer() = default;

Result<TlsServer> TlsServer::make(const std::vector<TlsIdentity>& identities, TlsServerOptions options) {
  auto shared = std::make_unique<Shared>();
  shared->options = std::move(options);
  TlsServer server(std::move(shared));
  const auto made = server.replace(identities);
  if (!made) return std::unexpected(made.error());
  return server;
}

Result<TlsServer> TlsServer::make(const std::string& chain, const std::string& key, TlsVersions versions) {
  TlsServerOptions options;
  options.versions = versions;
  return make({{chain, key}}, std::move(options));
}

Result<TlsServer::Context> TlsServer::make_context(Shared& shared,
                                                   const std::vector<TlsIdentity>& identities) {
  const Context context(
      must_have(SSL_CTX_new_ex(crypto::tls_library(), crypto::kTlsProperties, TLS_server_method())),
      &SSL_CTX_free);
  set_versions(context.get(), shared.options.versions);
  set_as_nginx(context.get());
  for (const TlsIdentity& identity : identities)
    if (const auto used = use(context.get(), identity); !used) return std::unexpected(used.error());
  const auto mark = crypto::sha256(bytes_of(identities.empty() ? std::string() : identities.front().chain));
  must(SSL_CTX_set_session_id_context(context.get(), mark.data(), kSessionContext));
  shared.tickets.install(context.get());
  SSL_CTX_set_alpn_select_cb(
      context.get(),
      [](SSL* ssl, const unsigned char** to, unsigned char* size, const unsigned char* offered,
         unsigned count,
         void* self) { return static_cast<Shared*>(self)->on_alpn(ssl, {offered, count}, to, size); },
      &shared);
  if (shared.options.special_identity)
    SSL_CTX_set_client_hello_cb(
        context.get(),
        [](SSL* ssl, int* /*alert*/, void* self) {
          static_cast<Shared*>(self)->on_hello(ssl);
          return SSL_CLIENT_HELLO_SUCCESS;
        },
        &shared);
  return context;
}

Result<> TlsServer::replace(const std::vector<TlsIdentity>& identities) {
  auto context = make_context(*shared_, identities);
  if (!context) return std::unexpected(context.error());
  const std::scoped_lock lock(shared_->mutex);
  shared_->context = std::move(*context);
  return {};
}

TlsServer::Context TlsServer::context() const {
  const std::scoped_lock lock(shared_->mutex);
  return shared_->context;
}

Task<Result<std::unique_ptr<TlsStream>>> TlsServer::accept(Loop& loop, StreamPtr raw, Chunk received) const {
  TlsStream::Ssl ssl(must_have(SSL_new(context().get())));  // which keeps the context
  SSL_set_accept_state(ssl.get());
  auto stream = std::make_unique<TlsStream>(loop, std::move(raw), std::move(ssl), std::move(received));
  const auto done = co_await stream->shake_hands();
  if (!done) co_return std::unexpected(done.error());
  stream->let_go();
  co_return stream;
}

}  // namespace rozaneh::io
