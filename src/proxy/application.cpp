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
  const auto outcome = co_await carry(loop, std::move(application));
  if (!outcome) log_.debug("a connection ended: {}", outcome.error().message());
}

io::Task<Result<>> ApplicationProxy::carry(io::Loop& loop, io::StreamPtr application) {
  // On the heap until the request is answered: a connection that only carries bytes has no use for it.
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
  request.reset();
  const auto told = co_await application->write(reply);
  if (!far) {
    ++counters_.failed;
    co_await application->finish();
    co_return std::unexpected(far.error());
  }
  if (!told) co_return told;
  application = io::with_prefix(loop, std::move(application), *early);
  const Opened open(counters_.open);
  const io::RelayOptions relay{.idle_limit = options_.idle_limit};
  co_return co_await io::relay(loop, *application, **far, counters_, relay);
}

}  // namespace rozaneh::proxy
