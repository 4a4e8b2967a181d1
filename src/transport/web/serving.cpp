#include "transport/web/serving.h"

#include "io/deadline.h"
#include "io/state.h"
#include "transport/setup_error.h"

namespace rozaneh::web {
namespace {

// As long as nginx waits, which counts the TLS handshake to the time for the head.
constexpr std::chrono::seconds kHandshakeLimit{60};

}  // namespace

Result<std::optional<io::TlsServer>> serving_tls(std::string_view transport, const Arguments& arguments) {
  const auto chain_file = arguments.get("cert");
  const auto key_file = arguments.get("key");
  if (!chain_file && !key_file) return std::nullopt;
  if (!chain_file || !key_file) return transport::wrong_argument(transport, "'cert' and 'key' come together");
  const auto chain = io::read_file(std::string(*chain_file));
  if (!chain) return std::unexpected(chain.error());
  const auto key = io::read_file(std::string(*key_file));
  if (!key) return std::unexpected(key.error());
  io::TlsServerOptions options;  // the site's: nginx's with `listen 443 ssl http2`
  options.versions = io::TlsVersions::as_nginx;
  options.alpn = {"h2", "http/1.1", "http/1.0", "http/0.9"};
  auto tls =
      io::TlsServer::make({{std::string(text_of(*chain)), std::string(text_of(*key))}}, std::move(options));
  if (!tls) return std::unexpected(tls.error());
  return std::move(*tls);
}

Result<site::Settings> site_settings(std::string_view transport, const ServerIdentity& identity,
                                     const Arguments& arguments) {
  site::Settings settings;
  settings.installed = identity.site_installed;
  const auto where = arguments.get("site");
  if (!where) return settings;
  if (where->starts_with('/')) {
    settings.folder = std::string(*where);
    return settings;
  }
  settings.upstream = Endpoint::parse(*where);
  if (!settings.upstream)
    return transport::wrong_argument(transport, "'site' takes a folder or ADDRESS:PORT of a web server");
  return settings;
}

io::Task<Result<std::unique_ptr<io::TlsStream>>> secure(io::Loop& loop, const io::TlsServer& tls,
                                                        io::StreamPtr raw) {
  const io::Deadline limit(loop, kHandshakeLimit, *raw);
  auto stream = co_await tls.accept(loop, std::move(raw));
  if (!stream) co_return std::unexpected(stream.error());
  co_return stream;
}

}  // namespace rozaneh::web
