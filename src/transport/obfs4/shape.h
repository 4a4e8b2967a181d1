// The shape of a bridge's traffic: which lengths bursts end on, and which pauses stand between writes.
#pragma once

#include <memory>

#include "base/arguments.h"
#include "transport/obfs4/drbg.h"
#include "transport/weighted_table.h"

namespace rozaneh::obfs4 {

using transport::WeightedTable;

enum class IatMode : std::uint8_t {
  none = 0,      // bursts leave as they come
  enabled = 1,   // full segments with random pauses between them
  paranoid = 2,  // each write has a length of the table's too
};

class Shape {
 public:
  // Both tables come from `seed`; the one of pauses from the first 24 bytes of its SHA-256.
  Shape(const Seed& seed, WeightedTable::Weights weights);

  // A target length, 0..1448 bytes.
  [[nodiscard]] std::uint16_t length(Random& random) const { return lengths_.sample(random); }
  // A pause in units of 100 microseconds, 0..100.
  [[nodiscard]] std::uint16_t pause(Random& random) const { return pauses_.sample(random); }
  [[nodiscard]] const Seed& seed() const { return seed_; }

 private:
  Seed seed_;
  WeightedTable lengths_;
  WeightedTable pauses_;
};

// `dist-bias=1`, our name for obfs4proxy's flag -obfs4-distBias: few values take most of the weight. Any
// other value, or none, is an even spread. Each side chooses for itself.
WeightedTable::Weights weights_from(const Arguments& arguments);

// Shared: all connections of one bridge have the same shape, and none changes it.
using ShapePtr = std::shared_ptr<const Shape>;

}  // namespace rozaneh::obfs4
