#include "cli/doctor/machine.h"

#include <gtest/gtest.h>

#include "io/error.h"

namespace rozaneh::doctor {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

const sys_seconds kMade{seconds(1'790'000'000)};

ClockFacts clock_that_is(seconds off) {
  return {
      .now = kMade + seconds(1000), .past = kMade, .where = "server", .there = kMade + seconds(1000) - off};
}

TEST(Clock, IsWrongBeforeTheProgramWasMade) {
  const Finding finding = check_clock({.now = sys_seconds(seconds(0)), .past = kMade, .where = ""});
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_NE(finding.what.find("1970-01-01"), std::string::npos);
  EXPECT_FALSE(finding.advice.empty());
}

TEST(Clock, IsTakenForRightWhereNobodyWasAsked) {
  EXPECT_EQ(check_clock({.now = kMade, .past = kMade, .where = ""}).severity, Severity::fine);
}

TEST(Clock, IsComparedWithAServer) {
  EXPECT_EQ(check_clock(clock_that_is(seconds(-60))).severity, Severity::fine);
  EXPECT_EQ(check_clock(clock_that_is(seconds(61))).severity, Severity::warning);
  EXPECT_NE(check_clock(clock_that_is(seconds(61))).what.find("61 s ahead"), std::string::npos);
  EXPECT_NE(check_clock(clock_that_is(seconds(-61))).what.find("61 s behind"), std::string::npos);
  EXPECT_EQ(check_clock(clock_that_is(seconds(-3601))).severity, Severity::error);
}

TEST(Clock, IsNotJudgedByAServerThatSaysNothing) {
  EXPECT_EQ(check_clock({.now = kMade, .past = kMade, .where = "server"}).severity, Severity::warning);
}

TEST(Entropy, HasToBeThere) {
  EXPECT_EQ(check_entropy(true).severity, Severity::fine);
  EXPECT_EQ(check_entropy(false).severity, Severity::error);
}

TEST(Limits, AreComparedWithWhatAServerNeeds) {
  EXPECT_EQ(check_descriptors(65536).severity, Severity::fine);
  EXPECT_EQ(check_descriptors(1024).severity, Severity::warning);
  EXPECT_EQ(check_backlog(4096).severity, Severity::fine);
  EXPECT_EQ(check_backlog(128).severity, Severity::warning);
  EXPECT_EQ(check_port_range(PortRange{32768, 60999}).severity, Severity::fine);
  EXPECT_EQ(check_port_range(PortRange{60000, 60999}).severity, Severity::warning);
  EXPECT_EQ(check_pipes(16384).severity, Severity::fine);
  EXPECT_EQ(check_pipes(0).severity, Severity::fine);
  EXPECT_EQ(check_pipes(16).severity, Severity::warning);
}

TEST(Limits, ThatCannotBeReadAreNoFault) {
  EXPECT_EQ(check_backlog({}).severity, Severity::fine);
  EXPECT_EQ(check_port_range({}).severity, Severity::fine);
  EXPECT_EQ(check_port_range(PortRange{2, 1}).severity, Severity::fine);
  EXPECT_EQ(check_pipes({}).severity, Severity::fine);
}

TEST(Conntrack, IsAnErrorWhereItIsNearlyFull) {
  EXPECT_EQ(check_conntrack({}).severity, Severity::fine);
  EXPECT_EQ(check_conntrack(Conntrack{10, 262'144}).severity, Severity::fine);
  EXPECT_EQ(check_conntrack(Conntrack{240'000, 262'144}).severity, Severity::error);
  EXPECT_EQ(check_conntrack(Conntrack{10, 8192}).severity, Severity::warning);
  EXPECT_EQ(check_conntrack(Conntrack{0, 0}).severity, Severity::error);
}

TEST(Mtu, IsThatOfTheSmallestThatIsUp) {
  EXPECT_EQ(check_mtu({{"eth0", 1500, true}, {"eth1", 500, false}}).severity, Severity::fine);
  EXPECT_EQ(check_mtu({{"eth0", 1500, true}, {"wg0", 1380, true}}).severity, Severity::warning);
  const Finding small = check_mtu({{"eth0", 1500, true}, {"tun0", 576, true}});
  EXPECT_EQ(small.severity, Severity::error);
  EXPECT_NE(small.advice.find("tun0"), std::string::npos);
  EXPECT_EQ(check_mtu({}).severity, Severity::warning);
}

TEST(Addresses, NeedOneThatIsPublic) {
  const auto at = [](const char* text) { return *IpAddress::parse(text); };
  EXPECT_EQ(check_addresses({at("9.9.9.9"), at("2620:fe::fe")}).severity, Severity::fine);
  EXPECT_EQ(check_addresses({at("9.9.9.9")}).severity, Severity::fine);
  EXPECT_NE(check_addresses({at("9.9.9.9")}).what.find("none of IPv6"), std::string::npos);
  EXPECT_EQ(check_addresses({at("10.0.0.1"), at("fd00::1")}).severity, Severity::warning);
  EXPECT_EQ(check_addresses({}).severity, Severity::warning);
}

TEST(KernelFeatures, AreNoFaultWhereTheyAreMissing) {
  EXPECT_EQ(check_kernel_tls("espintcp mptcp tls").severity, Severity::fine);
  EXPECT_NE(check_kernel_tls("mptcp").what, check_kernel_tls("mptcp tls").what);
  EXPECT_EQ(check_kernel_tls({}).severity, Severity::fine);
  EXPECT_EQ(check_namespaces(0).severity, Severity::fine);
  const Finding none = check_namespaces(fail(io::IoError::not_permitted, "why"));
  EXPECT_EQ(none.severity, Severity::fine);
  EXPECT_NE(none.what.find("why"), std::string::npos);
}

}  // namespace
}  // namespace rozaneh::doctor
