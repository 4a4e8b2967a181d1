#include "proxy/way.h"

#include "crypto/equal.h"
#include "io/deadline.h"
#include "io/drive.h"
#include "io/prefixed_stream.h"
#include "tunnel/server_key.h"
#include "wire/open_request.h"

namespace rozaneh::proxy {
namespace {

constexpr std::chrono::seconds kRequestLimit{60};

std::string names_of(const transport::Catalog& catalog) {
  std::string names;
  for (const auto& transport : catalog) names.append(names.empty() ? "" : ", ").append(transport->name());
  return names;
}

std::optional<crypto::PublicKey> key_of(const Arguments& arguments) {
  const auto text = arguments.get("tunnel");
  return text ? tunnel::parse_key(*text) : std::nullopt;
}

// Takes the credential out of the arguments: transports need it as little as what is remembered of ways.
Result<std::optional<tunnel::Credential>> take_credential(Way& way) {
  std::optional<tunnel::Credential> credential;
  Arguments others;
  for (const Argument& argument : way.arguments) {
    if (argument.name != "user") {
      others.add(argument.name, argument.value);
      continue;
    }
    credential = tunnel::parse_credential(argument.value);
    if (!credential) return fail(WayError::user, "valid are 32 characters of base64url");
  }
  way.arguments = std::move(others);
  return credential;
}

}  // namespace

std::string_view layer_of(WayError /*error*/) { return "way"; }

std::string_view describe(WayError error) {
  switch (error) {
    case WayError::transport:
      return "no such transport";
    case WayError::tunnel:
      return "'tunnel' is not a server's key";
    case WayError::user:
      return "'user' is not a user's credential";
    case WayError::none_left:
      return "no way through";
  }
  return "unknown";
}

Result<std::unique_ptr<WayDialer>> WayDialer::make(Way way, const transport::Catalog& catalog,
                                                   io::State& state, Random& random, Log& log) {
  const transport::Transport* transport = transport::find(catalog, way.transport);
  if (transport == nullptr)
    return fail(WayError::transport, fmt::format("'{}'; there are: {}", way.transport, names_of(catalog)));
  if (way.arguments.contains("tunnel") && !key_of(way.arguments))
    return fail(WayError::tunnel, "valid are 43 characters of base64url");
  auto credential = take_credential(way);
  if (!credential) return std::unexpected(credential.error());
  auto connector =
      transport->connector({.arguments = way.arguments, .state = state, .random = random, .log = log});
  if (!connector) return std::unexpected(connector.error());
  return std::unique_ptr<WayDialer>(
      new WayDialer(std::move(way), std::move(*credential), std::move(*connector)));
}

io::Task<Result<io::StreamPtr>> WayDialer::dial(io::Loop& loop, io::Dialer& raw) {
  co_return co_await connector_->open(loop, raw, way_.server);
}

io::Task<Result<io::StreamPtr>> WayDialer::ask(io::Loop& loop, io::StreamPtr stream,
                                               const Target& target) const {
  if (!is_open()) co_return stream;
  OpenRequestClient request(target);
  const io::Deadline limit(loop, kRequestLimit, *stream);
  const auto early = co_await io::drive(*stream, request);
  if (!early) co_return std::unexpected(early.error());
  co_return io::with_prefix(loop, std::move(stream), *early);
}

std::optional<crypto::PublicKey> WayDialer::tunnel_key() const { return key_of(way_.arguments); }

bool WayDialer::same_user(const WayDialer& other) const {
  if (tunnel_key() != other.tunnel_key() || credential_.has_value() != other.credential_.has_value())
    return false;
  return !credential_ || crypto::equal(credential_->bytes(), other.credential_->bytes());
}

bool WayDialer::is_open() const { return way_.arguments.get("egress") != "fixed"; }

std::string WayDialer::label() const {
  const std::string plain = fmt::format("{} at {}", way_.transport, way_.server.to_string());
  return way_.name.empty() ? plain : fmt::format("{} ({})", way_.name, plain);
}

std::string WayDialer::identity() const {
  std::string all = fmt::format("{} {}", way_.transport, way_.server.to_string());
  for (const Argument& argument : way_.arguments) all += fmt::format(" {}={}", argument.name, argument.value);
  return all;
}

}  // namespace rozaneh::proxy
