#include "transport/scramblesuit/lengths.h"

#include "crypto/random.h"
#include "transport/scramblesuit/record.h"

namespace rozaneh::scramblesuit {
namespace {

transport::WeightedTable table(const Seed& seed) {
  crypto::SeededRandom random(seed);
  return {random, kSegment - kRecordOverhead, transport::WeightedTable::Weights::biased};
}

}  // namespace

Lengths::Lengths(const Seed& seed) : seed_(seed), table_(table(seed)) {}

std::uint16_t Lengths::sample(Random& random) const {
  return static_cast<std::uint16_t>(kRecordOverhead + table_.sample(random));
}

}  // namespace rozaneh::scramblesuit
