// The tunnel's time is handed in by its owner; only differences count.
#pragma once

#include <chrono>

namespace rozaneh::tunnel {

using Time = std::chrono::steady_clock::time_point;
using Duration = Time::duration;

}  // namespace rozaneh::tunnel
