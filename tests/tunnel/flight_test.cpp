// What one connection of several may have under way.
#include "tunnel/flight.h"

#include <gtest/gtest.h>

namespace rozaneh::tunnel {
namespace {

using namespace std::chrono_literals;

struct FlightTest : testing::Test {
  // A window's worth is sent, and told of after `trip`.
  void round(Duration trip) {
    const std::size_t size = flight.window();
    flight.sent(size);
    EXPECT_TRUE(flight.full());
    EXPECT_EQ(flight.room(), 0U);
    flight.told(size, now, now + trip);
    EXPECT_FALSE(flight.full());
    now += trip;
  }
  Flight flight;
  Time now = Time() + 1h;
};

TEST_F(FlightTest, GrowsWhileAnswersComeInTime) {
  round(50ms);
  EXPECT_EQ(flight.window(), 2 * Flight::kFirst);
  for (int i = 0; i < 10; ++i) round(150ms);  // a tenth of a second more than the fastest
  EXPECT_EQ(flight.window(), Flight::kMost);
}

TEST_F(FlightTest, ShrinksByAsMuchAsAnswersAreLate) {
  round(50ms);
  const std::size_t before = flight.window();
  round(300ms);
  EXPECT_EQ(flight.window(), before / 2);
  for (int i = 0; i < 20; ++i) round(2s);
  EXPECT_EQ(flight.window(), Flight::kLeast);
}

TEST_F(FlightTest, ShrinksOnceForAllThatWasUnderWay) {
  round(50ms);
  flight.sent(100'000);
  flight.told(1000, now, now + 300ms);
  const std::size_t once = flight.window();
  flight.told(1000, now + 10ms, now + 310ms);
  EXPECT_EQ(flight.window(), once);
  flight.told(1000, now + 300ms, now + 700ms);
  EXPECT_LT(flight.window(), once);
}

}  // namespace
}  // namespace rozaneh::tunnel
