// Accepts TCP connections on one address, on one loop.
#pragma once

#include "io/tcp_stream.h"

namespace rozaneh::io {

struct Accepted {
  StreamPtr stream;
  Endpoint peer;  // a user's address: never logged as it is
};

class Listener {
 public:
  // Binds and listens; port 0 takes a free one. Several loops may listen on the same address (SO_REUSEPORT),
  // the kernel spreads the connections over them. An IPv6 address takes IPv6 only.
  static Result<Listener> open(Loop& loop, const Endpoint& at);

  // Goes on with a socket that another process listens on, or has listened on.
  static Result<Listener> adopt(Loop& loop, Descriptor descriptor);

  // Fails where anybody listens already, another process of the same user too, who could share the address.
  static Result<> check_free(Loop& loop, const Endpoint& at);

  // Where it listens, with the port that was taken.
  [[nodiscard]] const Endpoint& endpoint() const { return endpoint_; }

  // For who hands it to another process; -1: it is closed.
  [[nodiscard]] int descriptor() { return acceptor_.is_open() ? acceptor_.native_handle() : -1; }

  // The next connection. When the system has no descriptors left it waits and goes on by itself, which the
  // log tells at most once in ten minutes and the loop counts; it fails only once the listener is closed.
  Task<Result<Accepted>> accept();

  // Stops listening; a waiting accept fails with IoError::aborted.
  void close() noexcept;

 private:
  using Acceptor = asio::basic_socket_acceptor<asio::ip::tcp, Executor>;
  Listener(Loop& loop, Acceptor acceptor, Endpoint endpoint);
  void starve(const Error& failure);

  Loop* loop_;
  Acceptor acceptor_;
  Endpoint endpoint_;
  Clock::time_point silent_until_;
};

}  // namespace rozaneh::io
