#include "transport/web/dialing.h"

#include "io/state.h"
#include "transport/setup_error.h"

namespace rozaneh::web {
namespace {

Result<io::TlsClient> make_tls(std::string_view transport, const transport::Setup& setup,
                               std::vector<std::string> alpn) {
  io::TlsClient::Options options;
  options.alpn = std::move(alpn);
  const auto hello = setup.arguments.get("hello").value_or("chromium");
  if (hello != "chromium" && hello != "openssl")
    return transport::wrong_argument(transport, "'hello' takes chromium or openssl");
  if (hello == "openssl") options.hello = io::TlsClient::Hello::openssl;
  if (const auto path = setup.arguments.get("ca")) {
    const auto content = io::read_file(std::string(*path));
    if (!content) return std::unexpected(content.error());
    options.authorities = text_of(*content);
  }
  return io::TlsClient::make(options);
}

}  // namespace

Result<Destination> Destination::from(std::string_view transport, const transport::Setup& setup,
                                      std::vector<std::string> alpn) {
  const auto text = setup.arguments.get("url");
  if (!text) return transport::wrong_argument(transport, "missing argument 'url'");
  const auto url = Url::parse(*text);
  if (!url) return transport::wrong_argument(transport, "'url' takes https://HOST[:PORT]/PATH");
  Destination destination{.url = *url, .name = url->server.host_text()};
  if (const auto name = setup.arguments.get("servername")) {
    if (!Target::from_host(*name, url->server.port))
      return transport::wrong_argument(transport, "'servername' takes the name of a host");
    destination.name = *name;
  }
  destination.allow_private = setup.arguments.get("allow-private") == "1";
  if (!url->tls) setup.log.warn("{}: {}", transport, kNoTls);
  if (url->tls) {
    auto tls = make_tls(transport, setup, std::move(alpn));
    if (!tls) return std::unexpected(tls.error());
    destination.tls = std::move(*tls);
  }
  return destination;
}

io::Task<Result<io::StreamPtr>> Destination::dial(io::Dialer& raw) const {
  if (allow_private) return raw.dial(url.server);
  return raw.dial_public(url.server);
}

}  // namespace rozaneh::web
