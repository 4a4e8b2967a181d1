// Bytes that come in behind and go out in front; empty, it holds no memory.
#pragma once

#include "base/bytes.h"

namespace rozaneh::http {

class Queue {
 public:
  [[nodiscard]] Bytes view() const { return Bytes(bytes_).subspan(begin_); }
  [[nodiscard]] std::size_t size() const { return bytes_.size() - begin_; }
  [[nodiscard]] bool empty() const { return size() == 0; }

  void push(Bytes more) { append(bytes_, more); }

  // Drops bytes in front; `count` is at most the size.
  void pop(std::size_t count) {
    begin_ += count;
    if (empty()) {
      bytes_ = Buffer();
      begin_ = 0;
    } else if (begin_ > size()) {  // so that each byte is moved at most once
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
  }

 private:
  Buffer bytes_;
  std::size_t begin_ = 0;
};

}  // namespace rozaneh::http
