#include "backend.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "link.h"

namespace load {
namespace {

constexpr std::size_t kBlock = 128 * 1024;
constexpr std::size_t kRecordHeader = 5;
constexpr std::size_t kOrder = 9;

struct Connection {
  int descriptor;
  std::string early;  // until the order is there
  bool greeted = false;
  char kind = 0;
  std::uint64_t left = 0;
};

class Backend {
 public:
  Backend() : epoll_(epoll_create1(0)), block_(kBlock, 'x') { listen(); }

  void run() {
    watch(0, EPOLLIN, EPOLL_CTL_ADD);
    watch(listener_, EPOLLIN, EPOLL_CTL_ADD);
    for (std::array<epoll_event, 64> events{};;) {
      const int count = epoll_wait(epoll_, events.data(), events.size(), -1);
      for (int i = 0; i < count; ++i) {
        const int descriptor = events[i].data.fd;
        if (descriptor == 0) return;
        if (descriptor == listener_) {
          accept_one();
        } else {
          serve(descriptor, events[i].events);
        }
      }
    }
  }

 private:
  void listen() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0) failed("bind");
    if (::listen(listener_, 4096) != 0) failed("listen");
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    std::printf("%u\n", ntohs(address.sin_port));
    std::fflush(stdout);
  }

  void watch(int descriptor, std::uint32_t what, int how) const {
    epoll_event event{.events = what, .data = {.fd = descriptor}};
    epoll_ctl(epoll_, how, descriptor, &event);
  }

  void accept_one() {
    const int descriptor = accept4(listener_, nullptr, nullptr, SOCK_NONBLOCK);
    if (descriptor < 0) return;
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    all_[descriptor].descriptor = descriptor;
    watch(descriptor, EPOLLIN, EPOLL_CTL_ADD);
  }

  void serve(int descriptor, std::uint32_t what) {
    Connection& one = all_.at(descriptor);
    if ((what & EPOLLOUT) != 0) return pour(one);
    const ssize_t count = recv(descriptor, in_.data(), in_.size(), 0);
    if (count > 0) return take(one, static_cast<std::size_t>(count));
    close(descriptor);
    all_.erase(descriptor);
  }

  void take(Connection& one, std::size_t count) {
    if (one.kind == 'e') return say(one, in_.data(), count);
    if (one.kind == 'u') return swallow(one, count);
    one.early.append(in_.data(), count);
    if (!one.greeted) greet(one);
    if (!one.greeted || one.early.size() < kOrder) return;
    one.kind = one.early[0];
    std::memcpy(&one.left, one.early.data() + 1, sizeof one.left);
    const std::string rest = one.early.substr(kOrder);
    one.early = {};
    if (one.kind == 'd') watch(one.descriptor, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
    if (one.kind == 'u') swallow(one, rest.size());
    if (one.kind == 'e') say(one, rest.data(), rest.size());
  }

  static void greet(Connection& one) {
    if (one.early.size() < kRecordHeader) return;
    const auto at = [&one](std::size_t i) {
      return static_cast<std::size_t>(static_cast<unsigned char>(one.early[i]));
    };
    const std::size_t size = kRecordHeader + (at(3) << 8U | at(4));
    if (one.early.size() < size) return;
    one.early.erase(0, size);
    one.greeted = true;
    say(one, "h", 1);
  }

  // Small enough for the socket's buffer.
  static void say(const Connection& one, const char* from, std::size_t size) {
    (void)send(one.descriptor, from, size, MSG_NOSIGNAL);
  }

  static void swallow(Connection& one, std::uint64_t count) {
    one.left -= std::min(one.left, count);
    if (one.left == 0 && count > 0) say(one, "u", 1);
  }

  void pour(Connection& one) {
    const ssize_t count =
        send(one.descriptor, block_.data(), std::min<std::uint64_t>(one.left, block_.size()), MSG_NOSIGNAL);
    if (count > 0) one.left -= static_cast<std::uint64_t>(count);
    if (one.left == 0) watch(one.descriptor, EPOLLIN, EPOLL_CTL_MOD);
  }

  int epoll_;
  int listener_ = -1;
  std::string block_;
  std::vector<char> in_ = std::vector<char>(kBlock);
  std::unordered_map<int, Connection> all_;
};

}  // namespace

int run_backend() {
  Backend().run();
  return 0;
}

}  // namespace load
