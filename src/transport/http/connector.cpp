#include "transport/http/connector.h"

#include <fmt/format.h>

#include "transport/http/client_stream.h"
#include "transport/http/error.h"
#include "transport/http/served.h"

namespace rozaneh::http {
namespace {

constexpr std::uint8_t kPoll = 20;
constexpr std::uint16_t kHttpPort = 80;
constexpr std::uint16_t kHttpsPort = 443;

class HttpConnector final : public transport::Connector {
 public:
  explicit HttpConnector(Road road) : road_(std::make_shared<const Road>(std::move(road))) {}

  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::Dialer& raw, const Target& /*server*/) override {
    auto dialer = raw.clone();
    if (!dialer) co_return fail(HttpCarrierError::one_by_one);
    co_return co_await open_stream(loop, road_, std::move(dialer));
  }

  io::Task<Result<io::StreamPtr>> connect(io::Loop& /*loop*/, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    raw->abort();
    co_return fail(HttpCarrierError::one_by_one);
  }

 private:
  std::shared_ptr<const Road> road_;  // with the streams, which may outlive this
};

// As it stands in a URL: IPv6 in brackets, no port where it is the scheme's own.
std::string host_field(const web::Destination& to) {
  const Target& server = to.url.server;
  const bool v6 = to.name.contains(':');
  std::string host = v6 ? fmt::format("[{}]", to.name) : to.name;
  if (server.port != (to.url.tls ? kHttpsPort : kHttpPort)) host += fmt::format(":{}", server.port);
  return host;
}

RequestShape shape_of(const web::Destination& to, std::string_view type, bool absolute) {
  const std::string host = host_field(to);
  return {.host = host,
          .origin = fmt::format("{}://{}", to.url.tls ? "https" : "http", host),
          .path = to.url.path,
          .type = std::string(type),
          .absolute = absolute};
}

std::optional<std::uint8_t> poll_of(const Arguments& arguments) {
  const auto text = arguments.get("poll");
  if (!text) return kPoll;
  const auto seconds = parse_port(*text);  // digits, and no more than that
  if (!seconds || *seconds == 0 || *seconds > kLongestPoll.count()) return std::nullopt;
  return static_cast<std::uint8_t>(*seconds);
}

}  // namespace

Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup) {
  auto destination = web::Destination::from(kName, setup);
  if (!destination) return std::unexpected(destination.error());
  const auto poll = poll_of(setup.arguments);
  if (!poll) return transport::wrong_argument(kName, "'poll' takes seconds, 1 to 55");
  const auto type = setup.arguments.get("type").value_or(kUsualType);
  if (!is_content_type(type)) return transport::wrong_argument(kName, "'type' takes TYPE/SUBTYPE");
  std::optional<Target> via;
  if (const auto text = setup.arguments.get("via")) {
    via = Target::parse(*text);
    if (!via) return transport::wrong_argument(kName, "'via' takes HOST:PORT of a forwarding proxy");
    if (destination->url.tls)
      return transport::wrong_argument(kName,
                                       "'via' is for http:// urls; for https:// there is --upstream-proxy");
  }
  RequestShape shape = shape_of(*destination, type, via.has_value());
  return std::make_unique<HttpConnector>(Road{.destination = std::move(*destination),
                                              .via = std::move(via),
                                              .shape = std::move(shape),
                                              .poll = *poll});
}

}  // namespace rozaneh::http
