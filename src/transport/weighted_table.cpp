#include "transport/weighted_table.h"

#include <array>
#include <numeric>

namespace rozaneh::transport {
namespace {

constexpr std::uint32_t kMostValues = 100;
constexpr std::uint32_t kCertain = 0xffffffff;

// A number in 0..1.
double fraction(Random& random) {
  constexpr std::uint32_t kSteps = 1U << 30U;
  return static_cast<double>(random.below(kSteps)) / kSteps;
}

std::vector<double> draw_weights(Random& seeded, std::size_t count, WeightedTable::Weights kind) {
  std::vector<double> weights(count);
  double left = 1.0;
  for (double& weight : weights) {
    // An all-zero table has no meaning, so that each value keeps a trace of weight.
    weight = 1e-9 + left * fraction(seeded);
    if (kind == WeightedTable::Weights::biased) left = std::max(0.0, left - weight);
  }
  return weights;
}

}  // namespace

WeightedTable::WeightedTable(Random& seeded, std::uint16_t largest, Weights weights) {
  std::vector<std::uint16_t> values(std::size_t{largest} + 1);
  std::iota(values.begin(), values.end(), std::uint16_t{0});
  const std::uint32_t all = std::uint32_t{largest} + 1;
  const std::uint32_t count = seeded.between(1, std::min(all, kMostValues));
  entries_.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    std::swap(values[i], values[seeded.between(i, all - 1)]);
    entries_.push_back({.value = values[i], .other = 0, .keep = kCertain});
  }
  balance(draw_weights(seeded, count, weights));
}

void WeightedTable::balance(std::vector<double> weights) {
  const double scale =
      static_cast<double>(weights.size()) / std::accumulate(weights.begin(), weights.end(), 0.0);
  std::vector<std::uint16_t> light;
  std::vector<std::uint16_t> heavy;
  // There are no more weights than values, and those are 16 bits wide.
  const auto count = static_cast<std::uint16_t>(weights.size());
  for (std::uint16_t i = 0; i < count; ++i) {
    weights[i] *= scale;
    (weights[i] < 1.0 ? light : heavy).push_back(i);
  }
  while (!light.empty() && !heavy.empty()) {
    const std::uint16_t small = light.back();
    const std::uint16_t large = heavy.back();
    light.pop_back();
    entries_[small].other = large;
    entries_[small].keep = static_cast<std::uint32_t>(weights[small] * kCertain);
    weights[large] -= 1.0 - weights[small];
    if (weights[large] >= 1.0) continue;
    heavy.pop_back();
    light.push_back(large);
  }
  // What is left over is 1 but for rounding, and keeps its certainty.
}

std::uint16_t WeightedTable::sample(Random& random) const {
  const Entry& entry = entries_[random.below(static_cast<std::uint32_t>(entries_.size()))];
  const bool keep = entry.keep == kCertain || random.below(kCertain) < entry.keep;
  return keep ? entry.value : entries_[entry.other].value;
}

}  // namespace rozaneh::transport
