// What of an answer waits for a slow visitor: a file that nobody else sees, read in the order in which it was
// written, as nginx does it.
#pragma once

#include <cstdio>
#include <memory>

#include "base/bytes.h"

namespace rozaneh::site {

class Spool {
 public:
  static constexpr std::uint64_t kMost = std::uint64_t{1} << 30U;  // proxy_max_temp_file_size, of an answer

  // False: too much in all, or it cannot be written; then nothing of it is there.
  bool add(Bytes bytes);
  // The next bytes, up to `most`; none where it is empty or cannot be read.
  Buffer take(std::size_t most);
  [[nodiscard]] bool empty() const { return taken_ == size_; }

 private:
  struct Close {
    void operator()(std::FILE* file) const { (void)std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;
  std::uint64_t size_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace rozaneh::site
