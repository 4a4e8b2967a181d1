#include "transport/obfs4/shape.h"

#include "crypto/hash.h"
#include "transport/obfs4/packet.h"

namespace rozaneh::obfs4 {
namespace {

constexpr std::uint16_t kLongestPause = 100;

WeightedTable table(const Seed& seed, std::uint16_t largest, WeightedTable::Weights weights) {
  SeededRandom random(seed);
  return {random, largest, weights};
}

Seed pause_seed(const Seed& seed) {
  const auto digest = crypto::sha256(seed);
  Seed derived{};
  copy(derived, Bytes(digest).first(kSeedSize));
  return derived;
}

}  // namespace

Shape::Shape(const Seed& seed, WeightedTable::Weights weights)
    : seed_(seed),
      lengths_(table(seed, kSegment, weights)),
      pauses_(table(pause_seed(seed), kLongestPause, weights)) {}

WeightedTable::Weights weights_from(const Arguments& arguments) {
  using enum WeightedTable::Weights;
  return arguments.get("dist-bias") == "1" ? biased : uniform;
}

}  // namespace rozaneh::obfs4
