// When something happened, as whoever reads the clock says it.
#pragma once

#include <chrono>

namespace rozaneh::lab {

// Since any start that stays the same: a capture's epoch, a monotonic clock, a test's zero. Nothing in the pure parts
// of the lab reads a clock.
using Moment = std::chrono::nanoseconds;

// Up is from the client to the server. The client is who sent the SYN, or, where none was seen, who spoke first.
enum class Direction { up, down };

constexpr Direction opposite(Direction direction) {
  return direction == Direction::up ? Direction::down : Direction::up;
}

}  // namespace rozaneh::lab
