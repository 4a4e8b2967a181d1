#include "transport/http/client_side.h"

namespace rozaneh::http {

std::size_t Upload::put(Bytes bytes) {
  const std::size_t count = std::min(bytes.size(), kWindow - std::min(queue_.size(), kWindow));
  queue_.push(bytes.first(count));
  return count;
}

Upload::Body Upload::next() const {
  const Bytes all = queue_.view();
  const Bytes first = all.first(std::min(all.size(), body_));
  return {.offset = taken_, .bytes = first, .end = ended_ && first.size() == all.size()};
}

bool Upload::answered(std::uint64_t received) {
  const std::uint64_t whole = taken_ + queue_.size();
  if (received < taken_ || received > whole + (ended_ ? 1 : 0)) return false;
  over_ = received > whole;
  queue_.pop(std::min(received, whole) - taken_);
  taken_ = std::min(received, whole);
  body_ = std::min(body_ * 2, kMostBody);
  return true;
}

}  // namespace rozaneh::http
