// A file that is open, for what keeps records.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <optional>

#include "base/bytes.h"
#include "io/descriptor.h"

namespace rozaneh::io {

// Whether all was written; what went wrong is in errno.
inline bool write_all(int descriptor, Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::write(descriptor, bytes.data(), bytes.size());
    if (count < 0 && errno != EINTR) return false;
    if (count > 0) bytes = bytes.subspan(static_cast<std::size_t>(count));
  }
  return true;
}

// Closes itself. A failure leaves its number in errno.
class File {
 public:
  File(const std::filesystem::path& path, int flags)
      : descriptor_(open(path.c_str(), flags | O_CLOEXEC, 0600)) {}

  [[nodiscard]] bool is_open() const { return descriptor_.is_open(); }
  [[nodiscard]] bool write_all(Bytes bytes) const { return io::write_all(descriptor_.number(), bytes); }
  [[nodiscard]] bool sync() const { return fsync(descriptor_.number()) == 0; }
  // Answers nothing on a failure; reads one byte over the limit so that a file too large is noticed.
  [[nodiscard]] std::optional<Buffer> read_all(std::size_t limit) const {
    Buffer content;
    std::array<std::uint8_t, 16384> part{};
    for (;;) {
      const ssize_t count = ::read(descriptor_.number(), part.data(), part.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::nullopt;
      if (count == 0 || content.size() > limit) return content;
      rozaneh::append(content, Bytes(part).first(static_cast<std::size_t>(count)));
    }
  }

 private:
  Descriptor descriptor_;
};

}  // namespace rozaneh::io
