#include "transport/weighted_table.h"

#include <gtest/gtest.h>

#include <map>

#include "crypto/random.h"

namespace rozaneh::transport {
namespace {

TEST(WeightedTable, HasOneToAHundredValuesInRange) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    crypto::SeededRandom random(seed);
    const WeightedTable table(random, 1448);
    EXPECT_GE(table.size(), 1U);
    EXPECT_LE(table.size(), 100U);
    for (int i = 0; i < 50; ++i) EXPECT_LE(table.sample(random), 1448);
  }
}

TEST(WeightedTable, TheSameRandomnessGivesTheSameTable) {
  crypto::SeededRandom one(4);
  crypto::SeededRandom other(4);
  const WeightedTable a(one, 1448);
  const WeightedTable b(other, 1448);
  crypto::SeededRandom first(9);
  crypto::SeededRandom second(9);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(a.sample(first), b.sample(second));
}

TEST(WeightedTable, BiasedTablesGiveMostWeightToFew) {
  double uniform = 0;
  double biased = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    for (const auto kind : {WeightedTable::Weights::uniform, WeightedTable::Weights::biased}) {
      crypto::SeededRandom random(seed);
      const WeightedTable table(random, 1448, kind);
      std::map<std::uint16_t, int> counts;
      for (int i = 0; i < 1000; ++i) ++counts[table.sample(random)];
      int most = 0;
      for (const auto& [value, count] : counts) most = std::max(most, count);
      (kind == WeightedTable::Weights::uniform ? uniform : biased) += most;
    }
  }
  EXPECT_GT(biased, 3 * uniform);
}

// A table of two values whose weights are known: the first draw after the values.
TEST(WeightedTable, SamplesByWeight) {
  for (std::uint64_t seed = 0;; ++seed) {
    crypto::SeededRandom random(seed);
    const WeightedTable table(random, 1);
    if (table.size() != 2) continue;
    std::map<std::uint16_t, int> counts;
    for (int i = 0; i < 20'000; ++i) ++counts[table.sample(random)];
    std::map<std::uint16_t, int> again;
    for (int i = 0; i < 20'000; ++i) ++again[table.sample(random)];
    for (const auto& [value, count] : counts) EXPECT_NEAR(count, again[value], 700);
    break;
  }
}

}  // namespace
}  // namespace rozaneh::transport
