#include "io/service_manager.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "io/error.h"

namespace rozaneh::io {
namespace {

constexpr std::size_t kMostAtOnce = 253;  // descriptors in one datagram (unix(7), SCM_MAX_FD)
constexpr int kPatienceSeconds = 5;       // with a supervisor that does not read

}  // namespace

std::optional<ServiceManager> ServiceManager::from_environment() {
  const char* where = std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): nobody changes it
  if (where == nullptr || (where[0] != '/' && where[0] != '@')) return std::nullopt;
  std::string address = where;
  if (address.size() >= sizeof(sockaddr_un::sun_path)) return std::nullopt;
  Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!socket.is_open()) return std::nullopt;
  const timeval limit{.tv_sec = kPatienceSeconds, .tv_usec = 0};
  (void)setsockopt(socket.number(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  return ServiceManager(std::move(socket), std::move(address));
}

Result<> ServiceManager::tell(std::string_view lines, std::span<const int> descriptors) {
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  std::memcpy(to.sun_path, address_.data(), address_.size());
  if (to.sun_path[0] == '@') to.sun_path[0] = 0;  // an abstract name
  std::string own(lines);
  iovec text{.iov_base = own.data(), .iov_len = own.size()};
  alignas(cmsghdr) std::array<std::byte, CMSG_SPACE(kMostAtOnce * sizeof(int))> control{};
  msghdr message{};
  message.msg_name = &to;
  message.msg_namelen = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + address_.size());
  message.msg_iov = &text;
  message.msg_iovlen = 1;
  if (!descriptors.empty()) {
    message.msg_control = control.data();
    message.msg_controllen = CMSG_SPACE(descriptors.size_bytes());
    cmsghdr* head = CMSG_FIRSTHDR(&message);
    head->cmsg_level = SOL_SOCKET;
    head->cmsg_type = SCM_RIGHTS;
    head->cmsg_len = CMSG_LEN(descriptors.size_bytes());
    std::memcpy(CMSG_DATA(head), descriptors.data(), descriptors.size_bytes());
  }
  while (sendmsg(socket_.number(), &message, MSG_NOSIGNAL) < 0)
    if (errno != EINTR) return std::unexpected(from_errno(errno, "tell the service manager"));
  return {};
}

Result<> ServiceManager::store(const std::vector<Bequest>& bequests) {
  for (auto at = bequests.begin(); at != bequests.end();) {
    const std::string_view name = at->name;
    std::vector<int> some;
    for (; at != bequests.end() && at->name == name && some.size() < kMostAtOnce; ++at)
      some.push_back(at->descriptor);
    // FDPOLL=0: a connection whose other end has closed is kept, too; there may be bytes to read.
    const auto told = tell(fmt::format("FDSTORE=1\nFDPOLL=0\nFDNAME={}", name), some);
    if (!told) return told;
  }
  return wait_until_taken();
}

Result<> ServiceManager::forget(std::string_view name) {
  return tell(fmt::format("FDSTOREREMOVE=1\nFDNAME={}", name));
}

// The supervisor closes what comes with BARRIER once it has gone through all that came before it.
Result<> ServiceManager::wait_until_taken() {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return std::unexpected(from_errno(errno));
  const Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  const auto told = tell("BARRIER=1", {&ends[1], 1});
  if (!told) return told;
  theirs.close();
  pollfd waiting{.fd = ours.number(), .events = 0, .revents = 0};
  if (poll(&waiting, 1, kPatienceSeconds * 1'000) != 1)
    return fail(IoError::timed_out, "the service manager does not answer");
  return {};
}

}  // namespace rozaneh::io
