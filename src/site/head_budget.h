// How much head nginx takes: a buffer of 1 KiB, then up to four of 8 KiB, and no line longer than a buffer
// (client_header_buffer_size, large_client_header_buffers). Only counted here, so that the verdict falls at
// the same byte.
#pragma once

#include <cstddef>

namespace rozaneh::site {

class HeadBudget {
 public:
  static constexpr std::size_t kSmall = 1024;
  static constexpr std::size_t kLarge = 8192;
  static constexpr unsigned kMostLarge = 4;

  // One byte was taken.
  void take() { ++taken_; }
  // The line that begins with the next byte.
  void begin_line() { line_ = taken_; }
  // Only empty lines so far: the buffer is used again.
  void forget() {
    if (taken_ == end_) taken_ = end_ - room_;
    line_ = taken_;
  }
  // Whether the next byte has room; takes the next buffer where needed.
  bool has_room() {
    if (taken_ < end_) return true;
    const std::size_t carried = taken_ - line_;  // the unfinished line moves along
    if (carried >= kLarge || large_ == kMostLarge) return false;
    ++large_;
    room_ = kLarge;
    end_ = taken_ + kLarge - carried;
    return true;
  }
  // The next request begins in the same buffer.
  void next_request() {
    if (large_ > 0) large_ = 1;
    line_ = taken_;
  }

 private:
  std::size_t taken_ = 0;
  std::size_t line_ = 0;
  std::size_t room_ = kSmall;
  std::size_t end_ = kSmall;
  unsigned large_ = 0;
};

}  // namespace rozaneh::site
