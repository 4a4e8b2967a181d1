#include "proxy/race.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <map>
#include <random>

namespace rozaneh::proxy {
namespace {

using std::chrono::milliseconds;

// Virtual time counts from here.
const Moment kBegin{std::chrono::hours(1)};
Moment at(int ms) { return kBegin + milliseconds(ms); }

Rival rival(std::string server, std::string transport = "obfs4", int rank = 0, double worth = 0) {
  return {.server = std::move(server), .transport = std::move(transport), .rank = rank, .worth = worth};
}

std::vector<Rival> on_own_servers(std::size_t count) {
  std::vector<Rival> all;
  for (std::size_t i = 0; i < count; ++i) all.push_back(rival("server" + std::to_string(i)));
  return all;
}

using Index = std::optional<std::size_t>;

TEST(Race, StartsAQuarterOfASecondApartAndThreeAtMost) {
  Race race(on_own_servers(5));
  EXPECT_EQ(race.start(at(0)), Index(0));
  EXPECT_EQ(race.start(at(0)), std::nullopt);
  EXPECT_EQ(race.wake(), at(250));
  EXPECT_EQ(race.start(at(249)), std::nullopt);
  EXPECT_EQ(race.start(at(250)), Index(1));
  EXPECT_EQ(race.start(at(500)), Index(2));
  EXPECT_EQ(race.start(at(750)), std::nullopt);
  EXPECT_EQ(race.wake(), at(900));  // the first one's patience
}

TEST(Race, StartsTwoAtOnceAfterAFailure) {
  Race race(on_own_servers(5));
  race.start(at(0));
  race.failed(0);
  EXPECT_EQ(race.start(at(100)), Index(1));
  EXPECT_EQ(race.start(at(100)), Index(2));
  EXPECT_EQ(race.start(at(100)), std::nullopt);
}

TEST(Race, GivesTheSilentOnesPlaceToWhoWaits) {
  Race race(on_own_servers(4));
  for (int i = 0; i < 3; ++i) race.start(at(250 * i));
  EXPECT_EQ(race.give_up(at(899)), std::nullopt);
  EXPECT_EQ(race.give_up(at(900)), Index(0));
  EXPECT_EQ(race.start(at(900)), Index(3));
  EXPECT_EQ(race.under_way(), 3U);
}

TEST(Race, EndsNobodyWhenNobodyWaits) {
  Race race(on_own_servers(3));
  for (int i = 0; i < 3; ++i) race.start(at(250 * i));
  EXPECT_EQ(race.give_up(at(20'000)), std::nullopt);
  EXPECT_EQ(race.wake(), std::nullopt);
}

TEST(Race, WaitsLongerForWhoGaveASignOfLife) {
  Race race(on_own_servers(4));
  for (int i = 0; i < 3; ++i) race.start(at(250 * i));
  race.heard(0, at(800));
  EXPECT_EQ(race.give_up(at(1149)), std::nullopt);
  EXPECT_EQ(race.give_up(at(1150)), Index(1));
}

TEST(Race, DoesNotWaitForEverForWhoOnlyTrickles) {
  Race race(on_own_servers(4));
  for (int i = 0; i < 3; ++i) race.start(at(250 * i));
  for (int now = 500; now < 3600; now += 100)
    for (const std::size_t each : {0U, 1U, 2U}) race.heard(each, at(now));
  EXPECT_EQ(race.give_up(at(3600)), Index(0));
}

TEST(Race, ComesBackToTheSilentOnesBehindAllOthersAndWithMorePatience) {
  Race race(on_own_servers(4));
  for (int i = 0; i < 3; ++i) race.start(at(250 * i));
  EXPECT_EQ(race.give_up(at(900)), Index(0));
  EXPECT_EQ(race.start(at(900)), Index(3));
  EXPECT_EQ(race.give_up(at(1150)), Index(1));
  EXPECT_EQ(race.start(at(1150)), Index(0));
  race.failed(2);
  EXPECT_EQ(race.start(at(1200)), Index(1));
  race.failed(3);
  EXPECT_EQ(race.give_up(at(60'000)), std::nullopt);  // nobody waits
}

struct Order {
  const char* name;
  std::vector<Rival> rivals;
  std::vector<std::size_t> order;
};

class OrderOfRivals : public testing::TestWithParam<Order> {};

TEST_P(OrderOfRivals, IsAsItShouldBe) {
  Race race(GetParam().rivals);
  std::vector<std::size_t> order;
  for (int now = 0; !race.over(); now += 10) {
    const Index started = race.start(at(now));
    ASSERT_TRUE(started);
    order.push_back(*started);
    race.failed(*started);
  }
  EXPECT_EQ(order, GetParam().order);
}

INSTANTIATE_TEST_SUITE_P(
    Race, OrderOfRivals,
    testing::Values(
        Order{"as_given", on_own_servers(3), {0, 1, 2}},
        Order{"other_servers_first",
              {rival("a"), rival("a", "webtunnel"), rival("b"), rival("b", "webtunnel")},
              {0, 3, 1, 2}},
        Order{"other_transports_first",
              {rival("a"), rival("b"), rival("c", "webtunnel"), rival("d", "http")},
              {0, 2, 3, 1}},
        Order{"what_worked_before_all", {rival("a"), rival("b"), rival("c", "obfs4", 2)}, {2, 0, 1}},
        Order{"what_failed_behind_all", {rival("a", "obfs4", -1), rival("b"), rival("c")}, {1, 2, 0}},
        Order{"worth_among_equals", {rival("a", "obfs4", 1, 5), rival("b", "obfs4", 1, 9)}, {1, 0}}),
    [](const auto& info) { return info.param.name; });

TEST(Race, ShowsNoMoreThanTwelveServersAtOnceAndThenOneEachFiveSeconds) {
  Race race(on_own_servers(40));
  int now = 0;
  std::size_t started = 0;
  for (; now < 4'999; ++now)
    while (const Index one = race.start(at(now))) {
      ++started;
      race.failed(*one);
    }
  EXPECT_EQ(started, 12U);
  EXPECT_EQ(race.wake(), at(5'000));
  EXPECT_TRUE(race.start(at(5'000)));
  EXPECT_FALSE(race.start(at(5'250)));
}

// --- A path in virtual time ---

enum class Fate { silent, accepts_only, refused, reset_later, good };

struct Simulated {
  int won_at = -1;
  std::size_t most = 0;
  bool early = false;  // somebody started without a reason
};

// When its next event comes after the start, as the client sees it; RTT is 100 ms.
constexpr int kRoundTrip = 100;

Simulated simulate(const std::vector<Rival>& rivals, const std::vector<Fate>& fates, int limit) {
  Race race(rivals);
  Simulated outcome;
  std::map<std::size_t, int> begun;
  for (int now = 0; now < limit && !race.over(); ++now) {
    for (const auto& [index, since] : std::map(begun)) {
      const int age = now - since;
      const Fate fate = fates[index];
      const bool connects = fate != Fate::silent && fate != Fate::refused;
      if (age == kRoundTrip && connects) race.heard(index, at(now));
      const bool fails = (fate == Fate::refused && age == kRoundTrip) ||
                         (fate == Fate::reset_later && age == 2 * kRoundTrip);
      if (fails) {
        race.failed(index);
        begun.erase(index);
      }
      if (fate == Fate::good && age == 2 * kRoundTrip) {
        outcome.won_at = now;
        return outcome;
      }
    }
    while (const Index ended = race.give_up(at(now))) begun.erase(*ended);
    while (const Index started = race.start(at(now))) {
      outcome.early |= begun.contains(*started);
      begun[*started] = now;
    }
    outcome.most = std::max(outcome.most, begun.size());
  }
  return outcome;
}

struct Hurdles {
  const char* name;
  Fate first;
  Fate second;
  int limit;  // until the first byte of an answer, which comes a round trip after the victory
};

class TenOfTwelveDead : public testing::TestWithParam<Hurdles> {};

TEST_P(TenOfTwelveDead, TakeNoLongerThanPromisedWhereverTheGoodOnesStand) {
  std::mt19937 random(5);  // NOLINT(cert-msc51-cpp): the same each time
  int longest = 0;
  for (int round = 0; round < 400; ++round) {
    std::vector<Fate> fates(12, GetParam().first);
    for (std::size_t i = 0; i < 5; ++i) fates[i] = GetParam().second;
    fates[10] = fates[11] = Fate::good;
    if (round > 0) std::shuffle(fates.begin(), fates.end(), random);
    const Simulated outcome = simulate(on_own_servers(12), fates, 60'000);
    ASSERT_GE(outcome.won_at, 0);
    EXPECT_LE(outcome.most, 3U);
    EXPECT_FALSE(outcome.early);
    longest = std::max(longest, outcome.won_at + kRoundTrip);
  }
  EXPECT_LE(longest, GetParam().limit);
  RecordProperty("longest_ms", longest);
  std::cout << GetParam().name << ": " << longest << " ms until the first byte at worst\n";
}

INSTANTIATE_TEST_SUITE_P(Race, TenOfTwelveDead,
                         testing::Values(Hurdles{"dropped", Fate::silent, Fate::silent, 4000},
                                         Hurdles{"accepted_only", Fate::accepts_only, Fate::accepts_only,
                                                 4000},
                                         Hurdles{"either", Fate::silent, Fate::accepts_only, 4000},
                                         Hurdles{"refused", Fate::refused, Fate::refused, 1500},
                                         Hurdles{"reset", Fate::reset_later, Fate::reset_later, 1500},
                                         Hurdles{"all_kinds", Fate::reset_later, Fate::silent, 4000}),
                         [](const auto& info) { return info.param.name; });

TEST(Race, EndsWhenAllHaveFailedAndAsksForNothingMore) {
  const Simulated outcome = simulate(on_own_servers(12), std::vector(12, Fate::refused), 60'000);
  EXPECT_EQ(outcome.won_at, -1);
}

}  // namespace
}  // namespace rozaneh::proxy
