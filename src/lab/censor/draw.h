// Chance that comes out the same for the same seed, however packets are timed.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace rozaneh::lab {

// A number from 0 up to and without 1 that the given numbers determine.
constexpr double draw(std::initializer_list<std::uint64_t> from) {
  std::uint64_t state = 0x9e3779b97f4a7c15;
  for (const std::uint64_t each : from) {
    state ^= each;
    // The finisher of splitmix64 (Steele, Lea and Flood 2014).
    state += 0x9e3779b97f4a7c15;
    state = (state ^ state >> 30U) * 0xbf58476d1ce4e5b9;
    state = (state ^ state >> 27U) * 0x94d049bb133111eb;
    state ^= state >> 31U;
  }
  return static_cast<double>(state >> 11U) * 0x1p-53;
}

}  // namespace rozaneh::lab
