// A server on loopback that does one thing with each connection; in a thread of its own, one after the other.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <thread>

#include "base/address.h"

namespace rozaneh::lab {

// A socket bound to a free port of 127.0.0.1, not yet listening: who connects is refused.
inline int bound_socket(std::uint16_t& port) {
  const int bound = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(bound, generic, size) != 0 || getsockname(bound, generic, &size) != 0)
    throw std::runtime_error("no port on loopback");
  port = ntohs(address.sin_port);
  return bound;
}

class Server {
 public:
  explicit Server(std::function<void(int connection)> serve)
      : serve_(std::move(serve)), listener_(bound_socket(port_)) {
    if (listen(listener_, SOMAXCONN) != 0) throw std::runtime_error("cannot listen");
    thread_ = std::thread([this] { run(); });
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;
  ~Server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    close(listener_);
  }

  [[nodiscard]] Endpoint endpoint() const {
    return {IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1}), port_};
  }
  [[nodiscard]] unsigned accepted() const { return accepted_; }

 private:
  void run() {
    for (;;) {
      const int connection = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (connection < 0) return;
      ++accepted_;
      serve_(connection);
      close(connection);
    }
  }

  std::function<void(int connection)> serve_;
  std::uint16_t port_ = 0;
  int listener_;
  std::atomic<unsigned> accepted_ = 0;
  std::thread thread_;
};

}  // namespace rozaneh::lab
