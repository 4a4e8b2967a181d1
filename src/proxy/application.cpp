#include "proxy/application.h"

#include "egress/reply.h"
#include "io/deadline.h"
#include "io/drive.h"
#include "io/prefixed_stream.h"
#include "wire/proxy_server.h"
#include "wire/socks5_server.h"

namespace rozaneh::proxy {

io::Task<> ApplicationProxy::serve(io::Loop& loop, io::StreamPtr application, Endpoint /*peer*/) {
  ++counters_.accepted;
  // What the opening needs is gone while bytes are carried: idle connections are many.
  const auto far = co_await open(loop, application);
  Result<> outcome;
  if (far) {
    const Opened opened(counters_.open);
    const io::RelayOptions relay{.idle_limit = options_.idle_limit};
    outcome = co_await io::relay(loop, *application, **far, counters_, relay);
  } else {
    outcome = std::unexpected(far.error());
  }
  if (!outcome) log_.debug("a connection ended: {}", outcome.error().message());
}

io::Task<Result<io::StreamPtr>> ApplicationProxy::open(io::Loop& loop, io::StreamPtr& application) {
  std::unique_ptr<RequestHandshake> request;
  if (options_.http) {
    request = std::make_unique<ProxyServer>();
  } else {
    request = std::make_unique<Socks5Server>();
  }
  std::optional<io::Deadline> limit(std::in_place, loop, options_.request_limit, *application);
  auto early = co_await io::drive(*application, *request);
  limit.reset();
  if (!early) {
    ++counters_.strangers;
    co_return std::unexpected(early.error());
  }
  auto far = co_await opener_.open(loop, request->request());
  const SocksReply outcome = far ? SocksReply::succeeded : egress::reply_for(far.error());
  const Buffer reply = request->reply(outcome);
  const auto told = co_await application->write(reply);
  if (!far) {
    ++counters_.failed;
    co_await application->finish();
    co_return std::unexpected(far.error());
  }
  if (!told) co_return std::unexpected(told.error());
  application = io::with_prefix(loop, std::move(application), *early);
  co_return far;
}

}  // namespace rozaneh::proxy
