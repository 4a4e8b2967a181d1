// When something happened, as whoever reads the clock says it.
#pragma once

#include <chrono>

namespace rozaneh::lab {

// Since any start that stays the same: a capture's epoch, a monotonic clock, a test's zero. Nothing in the
// pure parts of the lab reads a clock.
using Moment = std::chrono::nanoseconds;

}  // namespace rozaneh::lab
