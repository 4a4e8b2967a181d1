#include "site/spool.h"

#include <unistd.h>

namespace rozaneh::site {

bool Spool::add(Bytes bytes) {
  if (size_ + bytes.size() > kMost) return false;
  if (!file_) file_.reset(std::tmpfile());
  if (!file_) return false;
  std::uint64_t at = size_;
  while (!bytes.empty()) {
    const ssize_t count = pwrite(fileno(file_.get()), bytes.data(), bytes.size(), static_cast<off_t>(at));
    if (count <= 0) return false;
    at += static_cast<std::size_t>(count);
    bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  size_ = at;
  return true;
}

Buffer Spool::take(std::size_t most) {
  Buffer bytes(std::min<std::uint64_t>(most, size_ - taken_));
  if (bytes.empty()) return bytes;
  const ssize_t count = pread(fileno(file_.get()), bytes.data(), bytes.size(), static_cast<off_t>(taken_));
  bytes.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
  taken_ += bytes.size();
  return bytes;
}

}  // namespace rozaneh::site
