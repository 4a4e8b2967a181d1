// A small random table of target lengths (or delays), by which each bridge's traffic gets a shape of its own.
//
// obfs4 specification section 6 and ScrambleSuit section 5: up to 100 distinct values with random weights.
// The table need not be the same on both sides or in other programs: nothing on the wire depends on it.
#pragma once

#include <cstdint>
#include <vector>

#include "base/random.h"

namespace rozaneh::transport {

class WeightedTable {
 public:
  enum class Weights {
    uniform,
    biased
  };  // biased: few values take most of the weight, as ScrambleSuit had it

  // 1..100 distinct values in 0..largest, drawn with `seeded`: the same randomness gives the same table.
  WeightedTable(Random& seeded, std::uint16_t largest, Weights weights = Weights::uniform);

  // One of the values, by its weight.
  [[nodiscard]] std::uint16_t sample(Random& random) const;

  [[nodiscard]] std::size_t size() const { return entries_.size(); }

 private:
  // Vose's alias method: take `value` with the probability keep/2^32, otherwise the other entry's.
  struct Entry {
    std::uint16_t value;
    std::uint16_t other;
    std::uint32_t keep;
  };
  void balance(std::vector<double> weights);

  std::vector<Entry> entries_;
};

}  // namespace rozaneh::transport
