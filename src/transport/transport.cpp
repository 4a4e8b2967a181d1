#include "transport/transport.h"

#include "transport/on_site.h"

namespace rozaneh::transport {

io::Task<Result<io::StreamPtr>> Connector::open(io::Loop& loop, io::Dialer& raw, const Target& server) {
  auto connection = co_await raw.dial(server);
  if (!connection) co_return connection;
  co_return co_await connect(loop, server, std::move(*connection));
}

io::Task<Result<>> Acceptor::serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer, io::Handler& inside) {
  auto accepted = co_await accept(loop, std::move(raw));
  if (!accepted) co_return std::unexpected(accepted.error());
  if (accepted->from) peer = Endpoint(*accepted->from, kUnknownPort);
  co_await inside.serve(loop, std::move(accepted->stream), peer);
  co_return Result<>();
}

Result<std::unique_ptr<OnSite>> Transport::on_site(const Setup& /*setup*/, io::Handler& /*handler*/) const {
  return wrong_argument(name(), "this transport has a port of its own");
}

}  // namespace rozaneh::transport
