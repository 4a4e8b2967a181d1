#include "lab/score/connection.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "io/error.h"

namespace rozaneh::lab {
namespace {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

SocketAddress address_of(const Endpoint& endpoint) {
  SocketAddress out;
  if (endpoint.address.is_v6()) {
    auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(endpoint.port);
    std::memcpy(&v6->sin6_addr, endpoint.address.v6().data(), sizeof v6->sin6_addr);
    out.size = sizeof *v6;
  } else {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(endpoint.port);
    std::memcpy(&v4->sin_addr, endpoint.address.v4().data(), sizeof v4->sin_addr);
    out.size = sizeof *v4;
  }
  return out;
}

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
  Descriptor socket(::socket(to.address.is_v6() ? AF_INET6 : AF_INET, type, 0));
  if (!socket.is_open()) return std::unexpected(io::from_errno(errno, "make a socket"));
  const SocketAddress address = address_of(to);
  const int code =
      ::connect(socket.number(), reinterpret_cast<const sockaddr*>(&address.storage), address.size);
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
