#include "io/limits.h"

#include <gtest/gtest.h>

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

TEST(ConnectionLimits, ChangesForWhoComesLater) {
  ConnectionLimits limits({.total = 1, .per_address = 0});
  const auto first = limits.admit(at("192.0.2.1"));
  EXPECT_FALSE(limits.admit(at("192.0.2.1")));
  limits.change({.total = 2, .per_address = 0});
  EXPECT_TRUE(limits.admit(at("192.0.2.1")));
}

}  // namespace
}  // namespace rozaneh::io
