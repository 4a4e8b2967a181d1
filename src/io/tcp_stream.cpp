#include "io/tcp_stream.h"

#include <fcntl.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <cerrno>

#include "io/error.h"
#include "io/inheritance.h"
#include "io/kernel_tls.h"

namespace rozaneh::io {
namespace {

// Reads that succeed at once in a row before the other connections of the loop get their turn.
constexpr unsigned kEagerReads = 4;

void set(int descriptor, int level, int option, int value) {
  // Options only tune; a socket that refuses one still works.
  (void)setsockopt(descriptor, level, option, &value, sizeof value);
}

bool would_block(int error) { return error == EAGAIN || error == EWOULDBLOCK || error == EINTR; }

// The system has no splice, or not for this: nothing is wrong with the connection.
bool cannot_splice(int error) {
  return error == EINVAL || error == ENOSYS || error == EPERM || error == EOPNOTSUPP || error == ENOMEM;
}

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

// More than this is not left with the kernel before it can send it: there it would be late on a slow path,
// and could neither be overtaken by what is more urgent nor taken to another connection.
constexpr int kMostUnsent = 128 * 1024;

void tune_tcp(int descriptor) {
  set(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
  set(descriptor, IPPROTO_TCP, TCP_NOTSENT_LOWAT, kMostUnsent);
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
    unwritten_ = bytes;
    const auto [error] = co_await socket_.async_wait(TcpSocket::wait_write, kResume);
    unwritten_ = {};
    if (error) co_return std::unexpected(from_system(error));
  }
  co_return Result<>();
}

Result<std::unique_ptr<TcpStream>> TcpStream::adopt(Loop& loop, Descriptor descriptor, bool finished) {
  const auto local = local_endpoint(descriptor.number());
  if (!local) return std::unexpected(local.error());
  TcpSocket socket(loop.executor());
  boost::system::error_code error;
  socket.assign(to_asio(*local).protocol(), descriptor.number(), error);
  if (error) return std::unexpected(from_system(error));
  (void)descriptor.release();
  auto stream = std::make_unique<TcpStream>(loop, std::move(socket));
  stream->finished_ = finished;
  return stream;
}

int TcpStream::descriptor() { return socket_.is_open() ? socket_.native_handle() : -1; }

void TcpStream::stop_waiting() {
  if (std::exchange(never_waits_, true)) return;
  boost::system::error_code ignored;  // of a closed socket, on which what follows fails
  socket_.native_non_blocking(true, ignored);
}

Result<Piped> TcpStream::take_ready() {
  Piped load = loop_.pipes().borrow();
  if (!load) return Piped();
  stop_waiting();
  const ssize_t count = splice(socket_.native_handle(), nullptr, load.writing_end(), nullptr, PipePool::kRoom,
                               SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
  if (count > 0) {
    load.grow(static_cast<std::size_t>(count));
    return load;
  }
  tries_ = 0;
  if (count == 0 || would_block(errno) || cannot_splice(errno)) return Piped();
  return std::unexpected(from_errno(errno));
}

Task<Result<>> TcpStream::write(Piped& load, std::size_t count) {
  stop_waiting();
  while (count > 0) {
    const ssize_t moved = splice(load.reading_end(), nullptr, socket_.native_handle(), nullptr, count,
                                 SPLICE_F_MOVE | SPLICE_F_NONBLOCK);
    if (moved > 0) {
      load.shrink(static_cast<std::size_t>(moved));
      count -= static_cast<std::size_t>(moved);
      continue;
    }
    const int failure = moved == 0 ? EIO : errno;
    if (!would_block(failure)) co_return std::unexpected(from_errno(failure));
    const auto [error] = co_await socket_.async_wait(TcpSocket::wait_write, kResume);
    if (error) co_return std::unexpected(from_system(error));
  }
  co_return Result<>();
}

bool TcpStream::seal_in_kernel(const tls::RecordKeys& keys) {
  return kernel_tls::seal(socket_.native_handle(), keys);
}

bool TcpStream::offer_record(tls::ContentType type, Bytes content) {
  return kernel_tls::send_record(socket_.native_handle(), type, content);
}

Task<Result<>> TcpStream::write_record(tls::ContentType type, Bytes content) {
  for (;;) {
    // The rest of a record that waits within the kernel goes first, and only with room for both do both
    // leave: a half-close that follows would cut off what has not.
    const auto [error] = co_await socket_.async_wait(TcpSocket::wait_write, kResume);
    if (error) co_return std::unexpected(from_system(error));
    if (offer_record(type, content)) co_return Result<>();
    const int failure = errno;
    if (!would_block(failure)) co_return std::unexpected(from_errno(failure));
  }
}

Task<Result<>> TcpStream::finish() {
  if (std::exchange(finished_, true)) co_return Result<>();
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
