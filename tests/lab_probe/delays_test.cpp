// The published waiting times, and whom the prober may try.
#include "lab/probe/delays.h"

#include <gtest/gtest.h>

#include "lab/probe/address.h"

namespace rozaneh::lab {
namespace {

double seconds_at(double part) { return std::chrono::duration<double>(probe_delay(part)).count(); }

TEST(Delay, GoesThroughThePublishedPoints) {
  EXPECT_NEAR(seconds_at(0), 0.28, 1e-6);
  EXPECT_NEAR(seconds_at(0.2), 1, 1e-6);
  EXPECT_NEAR(seconds_at(0.5), 60, 1e-6);
  EXPECT_NEAR(seconds_at(0.75), 900, 1e-6);
  EXPECT_NEAR(seconds_at(1), 570 * 3600, 1e-3);
}

TEST(Delay, NeverGrowsShorterAndNeverLeavesItsBounds) {
  double before = 0;
  for (int i = 0; i <= 1000; ++i) {
    EXPECT_GE(seconds_at(i / 1000.0), before);
    before = seconds_at(i / 1000.0);
  }
  EXPECT_EQ(probe_delay(-1), probe_delay(0));
  EXPECT_EQ(probe_delay(2), probe_delay(1));
}

TEST(Addresses, OfThisMachineAndTheLabMayBeProbedAndNoOthers) {
  for (const auto* yes : {"127.0.0.1", "127.255.255.255", "::1", "192.0.2.0", "192.0.2.255", "198.51.100.44",
                          "203.0.113.1", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"})
    EXPECT_TRUE(may_be_probed(IpAddress::parse(yes).value())) << yes;
  for (const auto* no : {"126.255.255.255", "128.0.0.0", "::", "::2", "1::1", "192.0.1.255", "192.0.3.0",
                         "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0",
                         "2001:db7::", "2001:db9::", "10.0.0.1", "8.8.8.8", "0.0.0.0", "169.254.1.1"})
    EXPECT_FALSE(may_be_probed(IpAddress::parse(no).value())) << no;
}

}  // namespace
}  // namespace rozaneh::lab
