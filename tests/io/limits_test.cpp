#include "io/limits.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace rozaneh::io {
namespace {

IpAddress at(const char* text) { return *IpAddress::parse(text); }

TEST(ConnectionLimits, CountsInAllAndByAddress) {
  ConnectionLimits limits({.total = 3, .per_address = 2});
  std::vector<ConnectionLimits::Place> places;
  auto admit = [&](const char* address) {
    auto place = limits.admit(at(address));
    if (place) places.push_back(std::move(*place));
    return place.has_value();
  };
  EXPECT_TRUE(admit("192.0.2.1"));
  EXPECT_TRUE(admit("192.0.2.1"));
  EXPECT_FALSE(admit("192.0.2.1"));
  EXPECT_TRUE(admit("192.0.2.2"));
  EXPECT_FALSE(admit("192.0.2.3"));
  EXPECT_EQ(limits.held(), 3U);
  places.clear();
  EXPECT_EQ(limits.held(), 0U);
  EXPECT_TRUE(admit("192.0.2.1"));
}

TEST(ConnectionLimits, OneIpv6CustomerIsOneAddress) {
  ConnectionLimits limits({.total = 0, .per_address = 1});
  const auto first = limits.admit(at("2001:db8:1:1::1"));
  EXPECT_TRUE(first);
  EXPECT_FALSE(limits.admit(at("2001:db8:1:1:ffff::2")));
  EXPECT_TRUE(limits.admit(at("2001:db8:1:2::1")));
}

struct Lines final : Log {
  std::vector<std::string> all;
  [[nodiscard]] bool enabled(Level /*level*/) const override { return true; }
  void write(Level /*level*/, std::string_view line) override { all.emplace_back(line); }
};

TEST(ConnectionLimits, TellsAndCountsWhatItRefuses) {
  using Full = ConnectionLimits::Full;
  Lines log;
  ConnectionLimits limits({.total = 2, .per_address = 1}, &log);
  const auto first = limits.admit(at("192.0.2.1"));
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(limits.admit(at("192.0.2.1")));
  const auto second = limits.admit(at("192.0.2.2"));
  for (int i = 0; i < 2; ++i) EXPECT_FALSE(limits.admit(at("192.0.2.3")));
  EXPECT_EQ(limits.refused(Full::address), 3U);
  EXPECT_EQ(limits.refused(Full::total), 2U);
  ASSERT_EQ(log.all.size(), 2U) << "once of each kind";
  EXPECT_EQ(log.all[0],
            "connection closed: 1 are open of one address, which is the limit (1 since the last such line)");
  EXPECT_EQ(log.all[1], "connection closed: 2 are open, which is the limit (1 since the last such line)");
}

TEST(ConnectionLimits, ChangesForWhoComesLater) {
  ConnectionLimits limits({.total = 1, .per_address = 0});
  const auto first = limits.admit(at("192.0.2.1"));
  EXPECT_FALSE(limits.admit(at("192.0.2.1")));
  limits.change({.total = 2, .per_address = 0});
  EXPECT_TRUE(limits.admit(at("192.0.2.1")));
}

}  // namespace
}  // namespace rozaneh::io
