#include "lab/score/connection.h"

#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "io/error.h"
#include "io/socket_address.h"

namespace rozaneh::lab {
namespace {

int error_of(int socket) {
  int code = 0;
  socklen_t size = sizeof code;
  getsockopt(socket, SOL_SOCKET, SO_ERROR, &code, &size);
  return code;
}

}  // namespace

Result<std::unique_ptr<SocketConnection>> SocketConnection::open(const Endpoint& to, Kind kind,
                                                                 Patience& patience) {
  const int type = (kind == Kind::tcp ? SOCK_STREAM : SOCK_DGRAM) | SOCK_CLOEXEC | SOCK_NONBLOCK;
  io::Descriptor socket(::socket(to.address.is_v6() ? AF_INET6 : AF_INET, type, 0));
  if (!socket.is_open()) return std::unexpected(io::from_errno(errno, "make a socket"));
  const io::SocketAddress address = io::to_socket_address(to);
  const int code = ::connect(socket.number(), address.get(), address.size);
  if (code != 0 && errno != EINPROGRESS) return std::unexpected(io::from_errno(errno));
  std::unique_ptr<SocketConnection> connection(new SocketConnection(std::move(socket), patience));
  if (code == 0) return connection;
  if (const auto ready = connection->wait(true); !ready) return std::unexpected(ready.error());
  if (const int failed = error_of(connection->socket()); failed != 0)
    return std::unexpected(io::from_errno(failed));
  patience.note_progress();
  return connection;
}

Result<> SocketConnection::wait(bool for_writing) {
  pollfd waited{.fd = socket(), .events = static_cast<short>(for_writing ? POLLOUT : POLLIN), .revents = 0};
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(patience_.until() - Clock::now());
    if (left.count() <= 0) return fail(io::IoError::timed_out);
    const int ready = ::poll(&waited, 1, static_cast<int>(left.count()));
    if (ready > 0 && !for_writing) patience_.note_progress();
    if (ready > 0) return {};
    if (ready < 0 && errno != EINTR) return std::unexpected(io::from_errno(errno));
  }
}

Result<std::size_t> SocketConnection::read(MutableBytes into) {
  for (;;) {
    const ssize_t count = ::recv(socket(), into.data(), into.size(), 0);
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EAGAIN && errno != EINTR) return std::unexpected(io::from_errno(errno));
    if (const auto ready = wait(false); !ready) return std::unexpected(ready.error());
  }
}

Result<> SocketConnection::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(count));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) return std::unexpected(io::from_errno(errno));
    if (const auto ready = wait(true); !ready) return ready;
  }
  return {};
}

}  // namespace rozaneh::lab
