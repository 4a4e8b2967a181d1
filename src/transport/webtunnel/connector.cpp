#include "transport/webtunnel/connector.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "io/prefixed_stream.h"
#include "transport/setup_error.h"
#include "transport/web/dialing.h"
#include "transport/webtunnel/error.h"
#include "transport/webtunnel/h2_stream.h"
#include "transport/webtunnel/handshake.h"
#include "transport/webtunnel/told.h"

namespace rozaneh::webtunnel {
namespace {

constexpr std::chrono::seconds kHandshakeLimit{60};
constexpr std::uint16_t kHttpsPort = 443;

class WebConnector final : public transport::Connector {
 public:
  WebConnector(web::Destination destination, std::string authority)
      : destination_(std::move(destination)), authority_(std::move(authority)) {}

  // The bridge line's address stands for the bridge and leads nowhere.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::Dialer& raw, const Target& server) override {
    auto connection = co_await destination_.dial(raw);
    if (!connection) co_return connection;
    co_return co_await connect(loop, server, std::move(*connection));
  }

  io::Task<Result<io::StreamPtr>> connect(io::Loop& loop, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    if (!destination_.tls) co_return co_await upgrade(loop, std::move(raw));
    auto secured = co_await secure(loop, std::move(raw));
    if (!secured) co_return std::unexpected(secured.error());
    const bool http2 = (*secured)->alpn() == "h2";
    io::StreamPtr stream = std::move(*secured);
    if (http2) co_return co_await extend(loop, std::move(stream));
    co_return co_await upgrade(loop, std::move(stream));
  }

 private:
  io::Task<Result<io::StreamPtr>> upgrade(io::Loop& loop, io::StreamPtr stream) const {
    ClientHandshake handshake(destination_.name, destination_.url.path);
    const io::Deadline limit(loop, kHandshakeLimit, *stream);
    const auto early = co_await io::drive(*stream, handshake);
    if (limit.passed()) co_return fail(WebTunnelError::late);
    if (!early) co_return std::unexpected(early.error());
    co_return io::with_prefix(loop, std::move(stream), *early);
  }

  io::Task<Result<io::StreamPtr>> extend(io::Loop& loop, io::StreamPtr stream) const {
    const io::Deadline limit(loop, kHandshakeLimit, *stream);
    auto tunnel = co_await open_h2_tunnel(loop, std::move(stream), authority_, destination_.url.path);
    if (limit.passed()) co_return fail(WebTunnelError::late);
    co_return tunnel;
  }

  io::Task<Result<std::unique_ptr<io::TlsClientStream>>> secure(io::Loop& loop, io::StreamPtr raw) {
    const io::Deadline limit(loop, kHandshakeLimit, *raw);
    auto stream = co_await destination_.tls->connect(loop, std::move(raw), destination_.name);
    if (limit.passed()) co_return fail(WebTunnelError::late, "in the TLS handshake");
    if (!stream) co_return fail(WebTunnelError::handshake, stream.error().message());
    co_return stream;
  }

  web::Destination destination_;
  std::string authority_;  // the name as HTTP/2 has it: with a port other than 443
};

}  // namespace

Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup) {
  const auto http = setup.arguments.get("http").value_or("1.1");
  if (http != "1.1" && http != "2") return transport::wrong_argument(kName, "'http' takes 1.1 or 2");
  // What browsers offer where a page opens a WebSocket: no h2. For HTTP/2, what they offer for a page.
  std::vector<std::string> alpn = {"http/1.1"};
  if (http == "2") alpn.insert(alpn.begin(), "h2");
  auto destination = web::Destination::from(kName, setup, std::move(alpn));
  if (!destination) return std::unexpected(destination.error());
  const web::Url& url = destination->url;
  if (!url.tls && setup.arguments.contains("http"))
    return transport::wrong_argument(kName, "'http' is for urls with https");
  std::string authority = Target::from_host(destination->name, url.server.port)->to_string();
  if (url.server.port == kHttpsPort) authority.resize(authority.rfind(':'));
  return std::make_unique<WebConnector>(std::move(*destination), std::move(authority));
}

}  // namespace rozaneh::webtunnel
