#include "io/network_watch.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include <boost/asio/posix/stream_descriptor.hpp>

namespace rozaneh::io {
namespace {

constexpr std::size_t kLargestPart = 32 * 1024;  // of a dump (netlink(7))
constexpr int kMostParts = 1000;
// What belongs together comes in several messages: one change is told, not ten.
constexpr std::chrono::milliseconds kTogether{100};

class Netlink {
 public:
  explicit Netlink(unsigned groups)
      : descriptor_(socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE)) {
    sockaddr_nl own{};
    own.nl_family = AF_NETLINK;
    own.nl_groups = groups;
    if (descriptor_ < 0) return;
    const timeval limit{.tv_sec = 1, .tv_usec = 0};
    (void)setsockopt(descriptor_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (bind(descriptor_, reinterpret_cast<const sockaddr*>(&own), sizeof own) != 0) close_it();
  }
  Netlink(const Netlink&) = delete;
  Netlink& operator=(const Netlink&) = delete;
  ~Netlink() { close_it(); }

  [[nodiscard]] int descriptor() const { return descriptor_; }
  int release() { return std::exchange(descriptor_, -1); }

 private:
  void close_it() {
    if (descriptor_ >= 0) close(descriptor_);
    descriptor_ = -1;
  }
  int descriptor_;
};

struct Question {
  nlmsghdr head;
  rtgenmsg body;
};

bool is_last(Bytes part) {
  nlmsghdr head{};
  if (part.size() < sizeof head) return true;
  while (part.size() >= sizeof head) {
    std::memcpy(&head, part.data(), sizeof head);
    if (head.nlmsg_type == NLMSG_DONE || head.nlmsg_type == NLMSG_ERROR) return true;
    if (head.nlmsg_len < sizeof head) return true;
    part = part.subspan(std::min<std::size_t>(NLMSG_ALIGN(head.nlmsg_len), part.size()));
  }
  return false;
}

// The kernel answers at once, while the call lasts.
void ask(std::uint16_t what, std::vector<Buffer>& answers) {
  const Netlink netlink(0);
  Question question{};
  question.head.nlmsg_len = sizeof question;
  question.head.nlmsg_type = what;
  question.head.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
  question.body.rtgen_family = AF_UNSPEC;
  if (netlink.descriptor() < 0) return;
  if (send(netlink.descriptor(), &question, sizeof question, 0) < 0) return;
  for (int i = 0; i < kMostParts; ++i) {
    Buffer part(kLargestPart);
    const ssize_t count = recv(netlink.descriptor(), part.data(), part.size(), 0);
    if (count <= 0) return;
    part.resize(static_cast<std::size_t>(count));
    const bool last = is_last(part);
    answers.push_back(std::move(part));
    if (last) return;
  }
}

}  // namespace

Network current_network() {
  std::vector<Buffer> answers;
  for (const std::uint16_t what : {RTM_GETROUTE, RTM_GETNEIGH, RTM_GETADDR}) ask(what, answers);
  return parse_network(answers);
}

struct NetworkWatch::Watch {
  Watch(Loop& loop, int descriptor, Told t) : netlink(loop.executor(), descriptor), told(std::move(t)) {}

  asio::posix::basic_stream_descriptor<Executor> netlink;
  Told told;
  Network network = current_network();

  void look() {
    Network now = current_network();
    if (now == network) return;
    const bool changed = !now.same_as(network);
    // Once known, a gateway's link address stays until something else changes.
    if (!changed && now.identity().size() < network.identity().size()) return;
    network = std::move(now);
    told(network, changed);
  }
};

NetworkWatch::NetworkWatch(Loop& loop, Told told) {
  Netlink netlink(RTMGRP_LINK | RTMGRP_NEIGH | RTMGRP_IPV4_IFADDR | RTMGRP_IPV4_ROUTE | RTMGRP_IPV6_IFADDR |
                  RTMGRP_IPV6_ROUTE);
  if (netlink.descriptor() < 0) return;
  const auto watch = std::make_shared<Watch>(loop, netlink.release(), std::move(told));
  watch_ = watch;
  loop.spawn(run(loop, watch));
}

NetworkWatch::~NetworkWatch() {
  if (const auto watch = watch_.lock()) watch->netlink.close();
}

Task<> NetworkWatch::run(Loop& loop, std::shared_ptr<Watch> watch) {
  std::array<std::uint8_t, 8192> ignored{};
  for (;;) {
    const auto [error, count] = co_await watch->netlink.async_read_some(asio::buffer(ignored), kResume);
    // Too many at once is a reason to look, too.
    if (error && error != boost::system::errc::no_buffer_space) co_return;
    watch->look();
    co_await loop.sleep(kTogether);
    if (!watch->netlink.is_open()) co_return;
    watch->look();
  }
}

}  // namespace rozaneh::io
