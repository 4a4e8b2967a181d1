#include "pt/bridge_opener.h"

#include "io/holding_stream.h"
#include "wire/pt_arguments.h"

namespace rozaneh::pt {

io::Task<Result<io::StreamPtr>> BridgeOpener::open(io::Loop& loop, const Request& request) {
  const auto way = way_for(loop, request);
  if (!way) {
    report(request.target, true, &way.error());
    co_return std::unexpected(way.error());
  }
  auto stream = co_await reach(loop, request.target, **way);
  const bool news = (*way)->changes_to(stream.has_value());
  report(request.target, news, stream ? nullptr : &stream.error());
  if (!stream) co_return stream;
  co_return io::holding(std::move(*stream), *way);
}

io::Task<Result<io::StreamPtr>> BridgeOpener::reach(io::Loop& loop, const Target& bridge, BridgeWay& way) {
  const auto dialer = raw_(loop);
  co_return co_await way.connector().open(loop, *dialer, bridge);
}

Result<std::shared_ptr<BridgeWay>> BridgeOpener::way_for(io::Loop& loop, const Request& request) {
  Arguments arguments;
  if (request.credentials) {
    auto parsed = unpack_pt_arguments(*request.credentials);
    if (!parsed) return std::unexpected(parsed.error());
    arguments = std::move(*parsed);
  }
  return connectors_.get(arguments, loop.random());
}

void BridgeOpener::report(const Target& bridge, bool news, const Error* failure) {
  const std::string_view transport = connectors_.transport().name();
  Arguments fields;
  if (output_.shows_addresses()) fields.add("ADDRESS", bridge.to_string());
  fields.add("CONNECT", failure == nullptr ? "Success" : "Failed");
  if (failure != nullptr) fields.add("ERRSTR", failure->message());
  output_.status(transport, fields);

  const std::string where = output_.elide(bridge);
  if (failure == nullptr && news) output_.info("{}: the bridge {} answers again", transport, where);
  if (failure == nullptr) return;
  if (news) {
    output_.warn("{}: no connection to the bridge {}: {}", transport, where, failure->message());
  } else {
    output_.debug("{}: no connection to the bridge {}: {}", transport, where, failure->message());
  }
}

}  // namespace rozaneh::pt
