#include "proxy/application.h"

#include "egress/reply.h"
#include "io/deadline.h"
#include "io/drive.h"
#include "io/prefixed_stream.h"
#include "wire/proxy_server.h"
#include "wire/socks5_server.h"
#include "wire/socks_message.h"

namespace rozaneh::proxy {

io::Task<> ApplicationProxy::serve(io::Loop& loop, io::StreamPtr application, Endpoint peer) {
  ++counters_.accepted;
  const auto outcome = co_await serve_request(loop, application, peer);
  if (!outcome) log_.debug("a connection ended: {}", outcome.error().message());
}

io::Task<Result<>> ApplicationProxy::serve_request(io::Loop& loop, io::StreamPtr& application,
                                                   Endpoint peer) {
  // What the opening needs is gone while bytes are carried: idle connections are many.
  auto asked = co_await read_request(loop, application);
  if (!asked) co_return std::unexpected(asked.error());
  if ((*asked)->request().command == Command::associate) {
    const auto association = co_await associate(loop, (*asked)->request(), *application, peer);
    if (!association) co_return std::unexpected(association.error());
    asked = nullptr;
    co_await Association::run(*association, *application, options_.idle_limit);
    co_return Result<>();
  }
  const auto far = co_await open(loop, std::move(*asked), *application);
  if (!far) co_return std::unexpected(far.error());
  const Opened opened(counters_.open);
  const io::RelayOptions relay{.idle_limit = options_.idle_limit};
  co_return co_await io::relay(loop, *application, **far, counters_, relay);
}

io::Task<Result<std::unique_ptr<RequestHandshake>>> ApplicationProxy::read_request(
    io::Loop& loop, io::StreamPtr& application) {
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
  application = io::with_prefix(loop, std::move(application), *early);
  co_return request;
}

io::Task<Result<io::StreamPtr>> ApplicationProxy::open(io::Loop& loop,
                                                       std::unique_ptr<RequestHandshake> asked,
                                                       io::Stream& application) {
  auto far = co_await opener_.open(loop, asked->request());
  const SocksReply outcome = far ? SocksReply::succeeded : egress::reply_for(far.error());
  const Buffer reply = asked->reply(outcome);
  const auto told = co_await application.write(reply);
  if (!far) {
    ++counters_.failed;
    co_await application.finish();
    co_return std::unexpected(far.error());
  }
  if (!told) co_return std::unexpected(told.error());
  co_return far;
}

io::Task<Result<std::shared_ptr<Association>>> ApplicationProxy::associate(io::Loop& loop, Request request,
                                                                           io::Stream& application,
                                                                           Endpoint peer) {
  auto flow = co_await opener_.open_flow(loop);
  Result<io::UdpSocket> socket = flow ? io::UdpSocket::open_facing(loop, peer.address)
                                      : Result<io::UdpSocket>(std::unexpected(flow.error()));
  const Buffer reply =
      socket ? encode_socks_reply(socket->endpoint()) : encode_socks_reply(egress::reply_for(socket.error()));
  const auto told = co_await application.write(reply);
  if (!socket) {
    ++counters_.failed;
    co_await application.finish();
    co_return std::unexpected(socket.error());
  }
  if (!told) co_return std::unexpected(told.error());
  const Endpoint from{peer.address, request.target.port};
  co_return std::make_shared<Association>(loop, opener_, counters_, std::move(*socket), std::move(*flow),
                                          from);
}

}  // namespace rozaneh::proxy
