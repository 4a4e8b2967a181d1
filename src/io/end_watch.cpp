#include "io/end_watch.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace rozaneh::io {
namespace {

using Descriptor = asio::posix::basic_stream_descriptor<Executor>;

constexpr std::chrono::seconds kLookAgain{1};

// A process descriptor, or -1; glibc 2.36 has the call, older ones only its number.
int open_process(int process) { return static_cast<int>(syscall(SYS_pidfd_open, process, 0)); }

}  // namespace

StdinWatch::StdinWatch(Loop& loop, std::function<void()> ended)
    : descriptor_(loop.executor()), ended_(std::move(ended)) {
  // A copy, so that standard input stays what it is.
  const int copy = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
  boost::system::error_code failure;
  if (copy >= 0) descriptor_.assign(copy, failure);
  if (copy >= 0 && failure) close(copy);
  if (copy < 0 || failure) {
    loop.post(ended_);
    return;
  }
  wait();
}

void StdinWatch::wait() {
  descriptor_.async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
    if (error == asio::error::operation_aborted) return;
    if (error || !drain()) {
      ended_();
      return;
    }
    wait();
  });
}

// Answers whether there may be more to come. Reads once, and only what is there: the descriptor is shared
// with whoever gave it to us, so it is not for us to make it non-blocking.
bool StdinWatch::drain() {
  pollfd ready{.fd = descriptor_.native_handle(), .events = POLLIN, .revents = 0};
  if (poll(&ready, 1, 0) == 0) return true;
  std::array<char, 4096> ignored{};
  const ssize_t count = read(descriptor_.native_handle(), ignored.data(), ignored.size());
  return count > 0 || (count < 0 && (errno == EINTR || errno == EAGAIN));
}

ParentWatch::ParentWatch(Loop& loop, std::function<void()> ended)
    : parent_(getppid()), timer_(loop.executor()), ended_(std::move(ended)) {
  if (parent_ <= 1) return;
  descriptor_.emplace(loop.executor());
  const int process = open_process(parent_);
  boost::system::error_code failure;
  if (process >= 0) descriptor_->assign(process, failure);
  if (process >= 0 && failure) close(process);
  // Also where there is a descriptor: the parent may have ended before, and its number be another's now.
  loop.post([this] { look(); });
}

void ParentWatch::look() {
  if (getppid() != parent_) {
    ended_();
    return;
  }
  if (descriptor_->is_open()) {
    descriptor_->async_wait(Descriptor::wait_read, [this](const boost::system::error_code& error) {
      if (!error) ended_();
    });
    return;
  }
  timer_.expires_after(kLookAgain);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) look();
  });
}

}  // namespace rozaneh::io
