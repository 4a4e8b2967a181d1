#include "egress/bridge.h"

#include "egress/reply.h"
#include "io/deadline.h"
#include "io/drive.h"
#include "io/error.h"
#include "io/prefixed_stream.h"
#include "wire/open_request.h"

namespace rozaneh::egress {

io::Task<> Bridge::serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer) {
  ++counters_.accepted;
  if (acceptor_.gathers()) {
    const auto served = co_await acceptor_.serve(loop, std::move(raw), peer, inside_);
    if (served) co_return;
    ++counters_.strangers;
    co_return note(peer, served.error());
  }
  auto accepted = co_await acceptor_.accept(loop, std::move(raw));
  if (!accepted) {
    ++counters_.strangers;
    co_return note(peer, accepted.error());
  }
  if (accepted->from) peer = Endpoint(*accepted->from, transport::kUnknownPort);
  co_await carry(loop, std::move(accepted->stream), peer);
}

void Bridge::note(Endpoint peer, const Error& failure) const {
  log_.debug("{}: {}: {}", options_.transport, log_.elide(peer), failure.message());
}

io::Task<Result<bool>> Bridge::serve_session(io::Loop& loop, io::StreamPtr& client, const Origin& origin) {
  if (options_.tunnel == nullptr || egress_.fixed()) co_return false;
  std::optional<io::Deadline> limit(std::in_place, loop, options_.request_limit, *client);
  auto chunk = co_await client->read();
  limit.reset();
  if (!chunk) co_return std::unexpected(chunk.error());
  if (chunk->empty()) co_return fail(io::IoError::ended_early);
  // No message of the tunnel begins so.
  if (chunk->bytes()[0] == kOpenRequestVersion) {
    if (options_.sessions_only) co_return fail(tunnel::TunnelError::stranger);
    client = io::with_prefix(loop, std::move(client), chunk->bytes());
    co_return false;
  }
  Buffer first(chunk->bytes().begin(), chunk->bytes().end());
  chunk = {};
  const auto served = co_await options_.tunnel->serve(loop, std::move(client), std::move(first), origin.peer);
  if (!served) co_return std::unexpected(served.error());
  co_return true;
}

io::Task<> Bridge::carry(io::Loop& loop, io::StreamPtr client, Endpoint peer) {
  const Origin origin{.peer = peer, .transport = options_.transport};
  const auto is_session = co_await serve_session(loop, client, origin);
  if (!is_session) {
    const bool is_stranger = is_session.error().is(tunnel::TunnelError::stranger);
    ++(is_stranger ? counters_.strangers : counters_.failed);
    co_return note(peer, is_session.error());
  }
  if (*is_session || draining_) co_return;
  // What the opening needs is gone while bytes are carried: idle connections are many.
  const auto ends = co_await open_out(loop, std::move(client), origin);
  if (!ends) {
    ++counters_.failed;
    co_return note(peer, ends.error());
  }
  const Opened open(counters_.open);
  const io::RelayOptions relay{.idle_limit = options_.idle_limit, .splices = options_.splices};
  const auto outcome = co_await io::relay(loop, *ends->inside, *ends->out, counters_, relay);
  if (!outcome) note(peer, outcome.error());
}

io::Task<Result<Bridge::Ends>> Bridge::open_out(io::Loop& loop, io::StreamPtr client, const Origin& origin) {
  const auto fixed = egress_.fixed();
  Result<io::StreamPtr> out;
  if (fixed) {
    out = co_await egress_.open(loop, *fixed, origin);
  } else {
    out = co_await open_requested(loop, client, origin);
  }
  if (!out) co_return std::unexpected(out.error());
  co_return Ends{.inside = std::move(client), .out = std::move(*out)};
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
