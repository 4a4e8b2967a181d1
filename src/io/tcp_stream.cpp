#include "io/tcp_stream.h"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "io/error.h"

namespace rozaneh::io {
namespace {

// Reads that succeed at once in a row before the other connections of the loop get their turn.
constexpr unsigned kEagerReads = 4;

void set(int descriptor, int level, int option, int value) {
  // Options only tune; a socket that refuses one still works.
  (void)setsockopt(descriptor, level, option, &value, sizeof value);
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

}  // namespace

asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint) {
  if (endpoint.address.is_v6()) return {asio::ip::address_v6(endpoint.address.v6()), endpoint.port};
  return {asio::ip::address_v4(endpoint.address.v4()), endpoint.port};
}

Endpoint from_asio(const asio::ip::tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  if (address.is_v4()) return {IpAddress(address.to_v4().to_bytes()), endpoint.port()};
  const auto v6 = address.to_v6();
  if (v6.is_v4_mapped())
    return {IpAddress(asio::ip::make_address_v4(asio::ip::v4_mapped, v6).to_bytes()), endpoint.port()};
  return {IpAddress(v6.to_bytes()), endpoint.port()};
}

void tune_tcp(int descriptor) {
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
}

TcpStream::TcpStream(Loop& loop, TcpSocket socket) : loop_(loop), socket_(std::move(socket)) {}

Task<Result<Chunk>> TcpStream::read() {
  for (;;) {
    if (tries_ == 0) {
      const auto [error] = co_await socket_.async_wait(TcpSocket::wait_read, kResume);
      if (error) co_return std::unexpected(from_system(error));
    }
    Chunk chunk = loop_.pool().borrow();
    const MutableBytes room = chunk.room();
    const ssize_t count = recv(socket_.native_handle(), room.data(), room.size(), MSG_DONTWAIT);
    if (count < 0) {
      tries_ = 0;
      const int error = errno;
      if (would_block(error)) continue;
      co_return std::unexpected(from_errno(error));
    }
    const auto got = static_cast<std::size_t>(count);
    tries_ = got < room.size() ? 0 : (tries_ == 0 ? kEagerReads : tries_ - 1);
    if (got == 0) co_return Chunk();
    chunk.grow(got);
    co_return chunk;
  }
}

Task<Result<>> TcpStream::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count =
        send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    const int failure = errno;
    if (!would_block(failure)) co_return std::unexpected(from_errno(failure));
    const auto [error] = co_await socket_.async_wait(TcpSocket::wait_write, kResume);
    if (error) co_return std::unexpected(from_system(error));
  }
  co_return Result<>();
}

Task<Result<>> TcpStream::finish() {
  boost::system::error_code error;
  socket_.shutdown(TcpSocket::shutdown_send, error);
  if (error) co_return std::unexpected(from_system(error));
  co_return Result<>();
}

void TcpStream::abort() noexcept {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

}  // namespace rozaneh::io
