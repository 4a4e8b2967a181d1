// How much of streams may be under way on one connection while there are others that could take it.
//
// A connection that is throttled takes what it is given all the same, into buffers of hosts and middleboxes,
// where it is late and no other connection can carry it. So it gets no more than comes through within a tenth
// of a second beyond its fastest round trip: more while answers come in time, less when they do not, and then
// once for all that was under way.
#pragma once

#include <algorithm>
#include <cstddef>

#include "tunnel/time.h"

namespace rozaneh::tunnel {

class Flight {
 public:
  static constexpr std::size_t kLeast = 16'384;
  static constexpr std::size_t kFirst = 65'536;
  static constexpr std::size_t kMost = std::size_t{2} << 20U;
  static constexpr std::chrono::milliseconds kLate{100};

  [[nodiscard]] bool full() const { return under_way_ >= window_; }
  [[nodiscard]] std::size_t window() const { return window_; }
  [[nodiscard]] std::size_t room() const { return full() ? 0 : window_ - under_way_; }

  void sent(std::size_t size) { under_way_ += size; }

  // The peer has told of so many bytes, the last of which were sent at `sent_at`.
  void told(std::size_t size, Time sent_at, Time now) {
    under_way_ -= size;
    const Duration trip = now - sent_at;
    fastest_ = std::min(fastest_, trip);
    const Duration in_time = fastest_ + kLate;
    if (trip <= in_time) {
      if (size > 0) window_ = std::min(window_ + size, kMost);
    } else if (sent_at >= shrunk_at_) {
      const double share = static_cast<double>(in_time.count()) / static_cast<double>(trip.count());
      window_ = std::max(kLeast, static_cast<std::size_t>(static_cast<double>(window_) * share));
      shrunk_at_ = now;
    }
  }

 private:
  std::size_t under_way_ = 0;
  std::size_t window_ = kFirst;
  Duration fastest_ = Duration::max() - kLate;
  Time shrunk_at_{};
};

}  // namespace rozaneh::tunnel
