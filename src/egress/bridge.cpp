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
  // What the opening needs is gone while bytes are carried: idle connections are many.
  const auto ends = co_await open_both(loop, std::move(raw), origin);
  Result<> outcome;
  if (ends) {
    const Opened open(counters_.open);
    const io::RelayOptions relay{.idle_limit = options_.idle_limit};
    outcome = co_await io::relay(loop, *ends->inside, *ends->out, counters_, relay);
  } else {
    outcome = std::unexpected(ends.error());
  }
  if (!outcome) log_.debug("{}: {}: {}", options_.transport, log_.elide(peer), outcome.error().message());
}

io::Task<Result<Bridge::Ends>> Bridge::open_both(io::Loop& loop, io::StreamPtr raw, const Origin& origin) {
  auto client = co_await acceptor_.accept(loop, std::move(raw));
  if (!client) {
    ++counters_.strangers;
    co_return std::unexpected(client.error());
  }
  const auto fixed = egress_.fixed();
  Result<io::StreamPtr> out;
  if (fixed) {
    out = co_await egress_.open(loop, *fixed, origin);
  } else {
    out = co_await open_requested(loop, *client, origin);
  }
  if (!out) {
    ++counters_.failed;
    co_return std::unexpected(out.error());
  }
  co_return Ends{.inside = std::move(*client), .out = std::move(*out)};
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
