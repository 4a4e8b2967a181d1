// Randomness is handed in, so that every protocol can be run again byte for byte.
#pragma once

#include "base/bytes.h"

namespace rozaneh {

class Random {
 public:
  virtual ~Random() = default;

  // Fills `out` with random bytes; cannot fail.
  virtual void fill(MutableBytes out) = 0;

  // A number in 0..bound-1, each equally likely; bound > 0.
  std::uint32_t below(std::uint32_t bound);

  // A number in low..high, both included, each equally likely; low <= high.
  std::uint32_t between(std::uint32_t low, std::uint32_t high);

  // `count` random bytes.
  Buffer bytes(std::size_t count);
};

}  // namespace rozaneh
