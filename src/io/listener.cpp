#include "io/listener.h"

#include <sys/socket.h>

#include <boost/asio/ip/v6_only.hpp>

#include "io/error.h"
#include "io/inheritance.h"

namespace rozaneh::io {
namespace {

constexpr std::chrono::milliseconds kPauseWithoutDescriptors{100};
constexpr std::chrono::minutes kSilence{10};  // between two lines about that

using Socket = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;

std::unexpected<Error> failure(const boost::system::error_code& error, std::string_view doing,
                               const Endpoint& at) {
  return std::unexpected(from_errno(error.value(), fmt::format("{} {}", doing, at.to_string())));
}

// Bound, and listening; only sockets that are all `shared` can have the same address.
Result<Socket> open_socket(Loop& loop, const Endpoint& at, bool shared) {
  const auto endpoint = to_asio(at);
  Socket socket(loop.executor());
  boost::system::error_code error;
  socket.open(endpoint.protocol(), error);
  if (error) return failure(error, "open a socket for", at);
  socket.set_option(Socket::reuse_address(true), error);
  const int on = shared ? 1 : 0;
  if (setsockopt(socket.native_handle(), SOL_SOCKET, SO_REUSEPORT, &on, sizeof on) != 0)
    return std::unexpected(from_errno(errno, "share the port"));
  if (at.address.is_v6()) socket.set_option(asio::ip::v6_only(true), error);
  tune_tcp(socket.native_handle());
  socket.bind(endpoint, error);
  if (error) return failure(error, "listen on", at);
  socket.listen(Socket::max_listen_connections, error);
  if (error) return failure(error, "listen on", at);
  return socket;
}

}  // namespace

Listener::Listener(Loop& loop, Acceptor acceptor, Endpoint endpoint)
    : loop_(&loop), acceptor_(std::move(acceptor)), endpoint_(endpoint) {}

Result<Listener> Listener::open(Loop& loop, const Endpoint& at) {
  auto socket = open_socket(loop, at, true);
  if (!socket) return std::unexpected(socket.error());
  const Endpoint taken = from_asio(socket->local_endpoint());
  return Listener(loop, std::move(*socket), taken);
}

Result<Listener> Listener::adopt(Loop& loop, Descriptor descriptor) {
  const auto at = local_endpoint(descriptor.number());
  if (!at) return std::unexpected(at.error());
  Socket socket(loop.executor());
  boost::system::error_code error;
  socket.assign(to_asio(*at).protocol(), descriptor.number(), error);
  if (error) return failure(error, "go on listening on", *at);
  (void)descriptor.release();
  tune_tcp(socket.native_handle());
  return Listener(loop, std::move(socket), *at);
}

Result<> Listener::check_free(Loop& loop, const Endpoint& at) {
  const auto socket = open_socket(loop, at, false);
  if (!socket) return std::unexpected(socket.error());
  return {};
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
    starve(failure);
    co_await loop_->sleep(kPauseWithoutDescriptors);
  }
}

void Listener::starve(const Error& failure) {
  loop_->count_starved();
  const auto now = Clock::now();
  if (now < silent_until_) return;
  silent_until_ = now + kSilence;
  loop_->log().warn("cannot accept now: {}", failure.message());
}

void Listener::close() noexcept {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
}

}  // namespace rozaneh::io
