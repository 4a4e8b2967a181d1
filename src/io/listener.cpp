#include "io/listener.h"

#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>

#include "io/error.h"

namespace rozaneh::io {
namespace {

constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};

}  // namespace

Listener::Listener(Loop& loop, Acceptor acceptor, Endpoint endpoint)
    : loop_(&loop), acceptor_(std::move(acceptor)), endpoint_(endpoint) {}

Result<Listener> Listener::open(Loop& loop, const Endpoint& at) {
  const auto endpoint = to_asio(at);
  Acceptor acceptor(loop.executor());
  boost::system::error_code error;
  auto failed = [&](std::string_view doing) {
    return std::unexpected(from_errno(error.value(), fmt::format("{} {}", doing, at.to_string())));
  };
  acceptor.open(endpoint.protocol(), error);
  if (error) return failed("open a socket for");
  const int on = 1;
  acceptor.set_option(Acceptor::reuse_address(true), error);
  if (setsockopt(acceptor.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    return std::unexpected(from_errno(errno, "share the port"));
  if (at.address.is_v6()) acceptor.set_option(asio::ip::v6_only(true), error);
  acceptor.bind(endpoint, error);
  if (error) return failed("listen on");
  acceptor.listen(Acceptor::max_listen_connections, error);
  if (error) return failed("listen on");
  const Endpoint taken = from_asio(acceptor.local_endpoint());
  return Listener(loop, std::move(acceptor), taken);
}

Task<Result<Accepted>> Listener::accept() {
  for (;;) {
    TcpSocket socket(loop_->executor());
    asio::ip::tcp::endpoint peer;
    const auto [error] = co_await acceptor_.async_accept(socket, peer, kResume);
    if (!error) co_return Accepted{std::make_unique<TcpStream>(*loop_, std::move(socket)), from_asio(peer)};
    const Error failure = from_system(error);
    if (failure.is(IoError::aborted) || !acceptor_.is_open()) co_return std::unexpected(failure);
    if (failure.is(IoError::reset)) continue;  // the client was gone before we looked
    loop_->log().warn("cannot accept now: {}", failure.message());
    co_await loop_->sleep(kPauseWithoutDescriptors);
  }
}

void Listener::close() noexcept {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace rozaneh::io
