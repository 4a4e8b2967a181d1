#include "proxy/way.h"

#include "io/deadline.h"
#include "io/drive.h"
#include "io/prefixed_stream.h"
#include "wire/open_request.h"

namespace rozaneh::proxy {
namespace {

constexpr std::chrono::seconds kRequestLimit{60};

std::string names_of(const transport::Catalog& catalog) {
  std::string names;
  for (const auto& transport : catalog) names.append(names.empty() ? "" : ", ").append(transport->name());
  return names;
}

}  // namespace

std::string_view layer_of(WayError /*error*/) { return "way"; }

std::string_view describe(WayError error) {
  switch (error) {
    case WayError::transport:
      return "no such transport";
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
  auto connector =
      transport->connector({.arguments = way.arguments, .state = state, .random = random, .log = log});
  if (!connector) return std::unexpected(connector.error());
  return std::unique_ptr<WayDialer>(new WayDialer(std::move(way), std::move(*connector)));
}

io::Task<Result<io::StreamPtr>> WayDialer::reach(io::Loop& loop, io::Dialer& raw) {
  auto stream = co_await raw.dial(way_.server);
  if (!stream) co_return stream;
  co_return co_await connector_->connect(loop, way_.server, std::move(*stream));
}

io::Task<Result<io::StreamPtr>> WayDialer::open(io::Loop& loop, io::Dialer& raw, const Target& target) {
  auto stream = co_await reach(loop, raw);
  if (!stream || !is_open()) co_return stream;
  OpenRequestClient request(target);
  const io::Deadline limit(loop, kRequestLimit, **stream);
  const auto early = co_await io::drive(**stream, request);
  if (!early) co_return std::unexpected(early.error());
  co_return io::with_prefix(loop, std::move(*stream), *early);
}

io::Task<Result<>> WayDialer::probe(io::Loop& loop, io::Dialer& raw) {
  const auto stream = co_await reach(loop, raw);
  if (!stream) co_return std::unexpected(stream.error());
  co_return Result<>();
}

bool WayDialer::is_open() const { return way_.arguments.get("egress") != "fixed"; }

std::string WayDialer::label() const {
  const std::string plain = fmt::format("{} at {}", way_.transport, way_.server.to_string());
  return way_.name.empty() ? plain : fmt::format("{} ({})", way_.name, plain);
}

}  // namespace rozaneh::proxy
