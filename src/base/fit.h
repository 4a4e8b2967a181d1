// Which lengths suit a write: behind these a transport that ends its bursts on lengths of its own adds next
// to nothing.
#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>

namespace rozaneh {

struct Fit {
  std::size_t tail = 0;  // tail + n * unit bytes, up to most
  std::size_t unit = 1;
  std::size_t most = std::numeric_limits<std::size_t>::max();

  // The longest that is no longer than `room`; `room` itself where none is.
  [[nodiscard]] std::size_t of(std::size_t room) const {
    const std::size_t length = std::min(room, most);
    return length < tail ? length : length - (length - tail) % unit;
  }
};

}  // namespace rozaneh
