#include "egress/bridge.h"

#include "egress/reply.h"
#include "io/deadline.h"
#include "io/drive.h"
#include "io/prefixed_stream.h"
#include "wire/open_request.h"

namespace rozaneh::egress {

io::Task<> Bridge::serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer) {
  ++counters_.accepted;
  const Origin origin{.peer = peer, .transport = options_.transport};
  const auto outcome = co_await carry(loop, std::move(raw), origin);
  if (!outcome) log_.debug("{}: {}: {}", options_.transport, log_.elide(peer), outcome.error().message());
}

io::Task<Result<>> Bridge::carry(io::Loop& loop, io::StreamPtr raw, Origin origin) {
  auto client = co_await acceptor_.accept(loop, std::move(raw));
  if (!client) {
    ++counters_.strangers;
    co_return std::unexpected(client.error());
  }
  io::StreamPtr inside = std::move(*client);
  const auto fixed = egress_.fixed();
  Result<io::StreamPtr> out;
  if (fixed) {
    out = co_await egress_.open(loop, *fixed, origin);
  } else {
    out = co_await open_requested(loop, inside, origin);
  }
  if (!out) {
    ++counters_.failed;
    co_return std::unexpected(out.error());
  }
  const Opened open(counters_.open);
  const io::RelayOptions relay{.idle_limit = options_.idle_limit};
  co_return co_await io::relay(loop, *inside, **out, counters_, relay);
}

io::Task<Result<io::StreamPtr>> Bridge::open_requested(io::Loop& loop, io::StreamPtr& client,
                                                       const Origin& origin) {
  OpenRequestServer request;
  std::optional<io::Deadline> limit(std::in_place, loop, options_.request_limit, *client);
  auto early = co_await io::drive(*client, request);
  if (!early) co_return std::unexpected(early.error());
  limit.reset();
  auto out = co_await egress_.open(loop, request.request().target, origin);
  const SocksReply outcome = out ? SocksReply::succeeded : reply_for(out.error());
  const Buffer reply = request.reply(outcome);
  const auto told = co_await client->write(reply);
  if (!told) co_return std::unexpected(told.error());
  if (!out) co_await client->finish();
  client = io::with_prefix(loop, std::move(client), *early);
  co_return out;
}

}  // namespace rozaneh::egress
