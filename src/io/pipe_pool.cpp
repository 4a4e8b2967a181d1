#include "io/pipe_pool.h"

#include <fcntl.h>
#include <unistd.h>

namespace rozaneh::io {
namespace {

void close_both(const std::array<int, 2>& ends) {
  for (const int end : ends) ::close(end);
}

}  // namespace

Piped::~Piped() {
  if (pool_ != nullptr) pool_->give_back(ends_, empty());
}

void Piped::swap(Piped& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(ends_, other.ends_);
  std::swap(size_, other.size_);
}

PipePool::~PipePool() {
  for (const auto& ends : free_) close_both(ends);
}

Piped PipePool::borrow() {
  if (lent_ == kMost) return {};
  Piped::Ends ends{};
  if (!free_.empty()) {
    ends = free_.back();
    free_.pop_back();
  } else {
    if (pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK) != 0) return {};
    // Beyond what the user is granted pipes have room for a page or two, which is worse than none.
    if (fcntl(ends[1], F_SETPIPE_SZ, static_cast<int>(kRoom)) < static_cast<int>(kRoom)) {
      close_both(ends);
      return {};
    }
  }
  ++lent_;
  return {this, ends};
}

void PipePool::give_back(Piped::Ends ends, bool empty) {
  --lent_;
  if (empty && free_.size() < kWarm) {
    free_.push_back(ends);
  } else {
    close_both(ends);
  }
}

}  // namespace rozaneh::io
