// Chance: the share that a file says, the same for the same seed.
#include <gtest/gtest.h>

#include "lab/censor/draw.h"
#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

const Buffer kRandom = [] {
  Buffer bytes(200);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>("\xc3\x1e\x8b\xf0"[i % 4]);
  return bytes;
}();

// "p" for each connection that passed, "b" for each that was blocked.
std::string verdicts(std::uint64_t seed, int count, double probability = 0.263) {
  Path path(
      rule("sees = { what = 'fully-encrypted' }\ndrops = 'up'\nprobability = " + std::to_string(probability)),
      {.seed = seed});
  std::string all;
  for (int i = 0; i < count; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(20000 + i));
    tcp.open();
    all += tcp.up(kRandom) ? 'p' : 'b';
  }
  return all;
}

TEST(Probability, Of0263BlocksThatShareOfConnections) {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const std::string all = verdicts(seed, 4000);
    EXPECT_NEAR(static_cast<double>(std::ranges::count(all, 'b')), 1052, 5 * 27.8);  // sqrt(4000 p (1 - p))
  }
}

TEST(Probability, GivesTheSameVerdictsForTheSameSeedAndOthersForAnother) {
  EXPECT_EQ(verdicts(7, 500), verdicts(7, 500));
  EXPECT_NE(verdicts(7, 500), verdicts(8, 500));
}

TEST(Probability, HasItsEnds) {
  EXPECT_EQ(verdicts(7, 50, 1), std::string(50, 'b'));
  EXPECT_EQ(verdicts(7, 50, 0), std::string(50, 'p'));
}

TEST(Probability, IsDrawnOnceAConnection) {
  Path path(rule("sees = { what = 'tls-client-hello', stream = false }\ndrops = 'up'\nprobability = 0.5"));
  for (std::uint16_t i = 0; i < 200; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(20000 + i));
    tcp.open();
    const bool first = tcp.up(hello_for("a.example"));
    EXPECT_EQ(tcp.up(hello_for("a.example")), first);
    EXPECT_EQ(tcp.up(hello_for("a.example")), first);
  }
}

TEST(Destinations, AreAFixedShareOfAllServers) {
  Path path(rule("scope = { destinations = 0.3 }\nsees = { what = 'anything' }\ndrops = 'both'"),
            {.seed = 3});
  int treated = 0;
  for (unsigned i = 0; i < 4000; ++i) {
    const std::array<std::uint8_t, 4> server = {198, 51, static_cast<std::uint8_t>(i / 250),
                                                static_cast<std::uint8_t>(i % 250)};
    const bool passed = Tcp(path, 40000, {IpAddress(server), 443}).syn();
    EXPECT_EQ(Tcp(path, 41000, {IpAddress(server), 80}).syn(), passed) << "every port of it alike";
    treated += passed ? 0 : 1;
  }
  EXPECT_NEAR(treated, 1200, 5 * 29);
}

TEST(Draw, IsEvenFrom0To1) {
  std::array<int, 10> tenths{};
  for (std::uint64_t i = 0; i < 10'000; ++i) {
    const double drawn = draw({1, 2, i});
    ASSERT_GE(drawn, 0);
    ASSERT_LT(drawn, 1);
    ++tenths.at(static_cast<std::size_t>(drawn * 10));
  }
  for (const int each : tenths) EXPECT_NEAR(each, 1000, 5 * 30);
}

}  // namespace
}  // namespace rozaneh::lab
