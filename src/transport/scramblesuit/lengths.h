// The lengths that a bridge's bursts end on (specification section 4).
#pragma once

#include <array>
#include <memory>

#include "transport/weighted_table.h"

namespace rozaneh::scramblesuit {

inline constexpr std::size_t kSeedSize = 32;

using Seed = std::array<std::uint8_t, kSeedSize>;

class Lengths {
 public:
  // A table of its own for each seed. That of other programs for the same seed is another one, which does
  // not matter: nothing on the wire depends on it.
  explicit Lengths(const Seed& seed);

  // 21..1448 bytes, the smallest record and a whole segment (measured against obfs4proxy 0.0.14).
  [[nodiscard]] std::uint16_t sample(Random& random) const;
  [[nodiscard]] const Seed& seed() const { return seed_; }

 private:
  Seed seed_;
  transport::WeightedTable table_;
};

// Shared: all connections of one bridge have the same lengths, and none changes them.
using LengthsPtr = std::shared_ptr<const Lengths>;

}  // namespace rozaneh::scramblesuit
