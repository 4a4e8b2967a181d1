#include "cli/doctor/service.h"

#include <gtest/gtest.h>

#include "io/error.h"
#include "wire/way.h"

namespace rozaneh::doctor {
namespace {

using std::chrono::days;

const Endpoint kAt = *Endpoint::parse("192.0.2.1:443");
const front::Time kNow{std::chrono::seconds(1'790'000'000)};

front::CertificateFacts certificate(days begun, days left) {
  front::CertificateFacts facts;
  facts.names = {"proxy.example.org"};
  facts.not_before = kNow - begun;
  facts.not_after = kNow + left;
  facts.issuer = "R11";
  return facts;
}

Severity severity_of(const front::CertificateFacts& facts, std::size_t length = 2,
                     const std::string& name = "proxy.example.org") {
  return check_certificate({.source = "file", .facts = facts, .names = {name}, .length = length}, kNow)
      .severity;
}

TEST(Port, IsFineWhileItIsFreeOrOurs) {
  EXPECT_EQ(check_port({.at = kAt}).severity, Severity::fine);
  PortFacts ours{.at = kAt, .state = PortFacts::State::taken, .owner = "rozaneh (process 7)", .ours = true};
  EXPECT_EQ(check_port(ours).severity, Severity::fine);
  ours.reachable = true;
  EXPECT_EQ(check_port(ours).severity, Severity::fine);
  ours.reachable = false;
  EXPECT_EQ(check_port(ours).severity, Severity::error);
}

TEST(Port, SaysWhoHasIt) {
  const Finding known =
      check_port({.at = kAt, .state = PortFacts::State::taken, .owner = "nginx (process 7)"});
  EXPECT_EQ(known.severity, Severity::error);
  EXPECT_NE(known.what.find("nginx (process 7)"), std::string::npos);
  const Finding unknown = check_port({.at = kAt, .state = PortFacts::State::taken});
  EXPECT_EQ(unknown.severity, Severity::error);
  EXPECT_NE(unknown.advice.find("443"), std::string::npos);
}

TEST(Port, MayBeForbiddenOrOfAnotherMachine) {
  EXPECT_EQ(check_port({.at = kAt, .state = PortFacts::State::forbidden}).severity, Severity::warning);
  EXPECT_EQ(check_port({.at = kAt, .state = PortFacts::State::elsewhere}).severity, Severity::error);
}

TEST(Certificate, IsJudgedByItsTimeItsNamesAndItsChain) {
  EXPECT_EQ(severity_of(certificate(days(10), days(60))), Severity::fine);
  EXPECT_EQ(severity_of(certificate(days(10), days(6))), Severity::warning);
  EXPECT_EQ(severity_of(certificate(days(10), days(-1))), Severity::error);
  EXPECT_EQ(severity_of(certificate(days(-1), days(60))), Severity::error);
  EXPECT_EQ(severity_of(certificate(days(10), days(60)), 2, "other.example.org"), Severity::error);
  EXPECT_EQ(severity_of(certificate(days(10), days(60)), 1), Severity::warning);
}

TEST(Certificate, ThatCannotBeReadIsAnError) {
  const Finding finding = check_certificate(
      {.source = "cert.pem", .facts = fail(io::IoError::file, "why"), .names = {}, .length = 0}, kNow);
  EXPECT_EQ(finding.severity, Severity::error);
  EXPECT_NE(finding.what.find("cert.pem"), std::string::npos);
  EXPECT_NE(finding.what.find("why"), std::string::npos);
}

TEST(Name, ShouldLeadHereWhereItIsOurs) {
  const IpAddress here = *IpAddress::parse("9.9.9.9");
  const IpAddress there = *IpAddress::parse("8.8.8.8");
  const auto found = [](const IpAddress& at) { return std::vector<IpAddress>{at}; };
  EXPECT_EQ(check_name({"a.example", found(here), {here}, true}).severity, Severity::fine);
  EXPECT_EQ(check_name({"a.example", found(there), {here}, true}).severity, Severity::warning);
  EXPECT_EQ(check_name({"a.example", found(there), {here}, false}).severity, Severity::fine);
  EXPECT_EQ(check_name({"a.example", fail(io::IoError::no_such_name), {here}, false}).severity,
            Severity::error);
}

TEST(Name, NeedsSomebodyToAsk) {
  EXPECT_EQ(check_name_servers(1).severity, Severity::fine);
  EXPECT_EQ(check_name_servers(0).severity, Severity::warning);
}

TEST(State, IsItsOwnersAlone) {
  EXPECT_EQ(check_state({}).front().severity, Severity::fine);
  EXPECT_EQ(check_state({{"/s", 0700, 5}, {"/s/key", 0600, 5}}).front().severity, Severity::fine);
  const Findings open = check_state({{"/s", 0700, 5}, {"/s/key", 0640, 5}, {"/s/other", 0604, 5}});
  ASSERT_EQ(open.size(), 2U);
  EXPECT_EQ(open[0].severity, Severity::error);
  EXPECT_EQ(open[0].advice, "chmod go= /s/key");
  const Findings foreign = check_state({{"/s", 0700, 5}, {"/s/key", 0600, 0}});
  ASSERT_EQ(foreign.size(), 1U);
  EXPECT_EQ(foreign[0].severity, Severity::error);
  EXPECT_EQ(foreign[0].advice, "chown --reference=/s /s/key");
}

TEST(Link, IsJudgedByWhetherItCanBeRead) {
  EXPECT_EQ(check_link(1, {}).severity, Severity::fine);
  EXPECT_EQ(check_link(1, fail(LinkError::server)).severity, Severity::error);
}

}  // namespace
}  // namespace rozaneh::doctor
