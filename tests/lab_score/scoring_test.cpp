#include "lab/score/scoring.h"

#include <gtest/gtest.h>

namespace rozaneh::lab {
namespace {

FetchRecord done(double began, double ended, std::uint64_t bytes = 300'000) {
  return {.done = true,
          .why = {},
          .bytes = bytes,
          .first_byte = 0.1,
          .last_byte = ended,
          .ended = ended,
          .began = began,
          .timeline = {}};
}

FetchRecord failed(double began, double last_byte, double ended, std::uint64_t bytes) {
  FetchRecord record = done(began, ended, bytes);
  record.done = false;
  record.why = "silence";
  record.last_byte = last_byte;
  record.lost = bytes > 0 ? 1 : 0;
  if (bytes == 0) record.first_byte.reset();
  return record;
}

Cell scored(std::vector<FetchRecord> fetches, const Cell* uncensored, double scale = 1) {
  Cell cell;
  cell.scale = scale;
  score({.failed = {}, .late = {}, .fetches = std::move(fetches)}, uncensored, cell);
  return cell;
}

// 300,000 bytes a second.
Cell without_a_censor() { return scored({done(0, 1), done(1, 1)}, nullptr); }

TEST(Scoring, LetsPassWhatIsDoneAndFastEnough) {
  const Cell free = without_a_censor();
  EXPECT_EQ(free.outcome, Outcome::passes);
  EXPECT_EQ(free.goodput, 300'000.0);
  EXPECT_EQ(free.of_uncensored, std::nullopt);
  const Cell same = scored({done(0, 2), done(2, 2)}, &free);
  EXPECT_EQ(same.of_uncensored, 0.5);
  EXPECT_EQ(same.outcome, Outcome::passes) << "exactly half";
  EXPECT_EQ(same.bytes, 600'000U);
  EXPECT_EQ(same.seconds, 4);
  EXPECT_EQ(same.first_byte_ms.size(), 2U);
}

TEST(Scoring, CallsDegradedWhatIsSlowerThanHalf) {
  const Cell free = without_a_censor();
  const Cell slow = scored({done(0, 2.1), done(2.1, 2)}, &free);
  EXPECT_EQ(slow.outcome, Outcome::degraded);
  EXPECT_TRUE(slow.why.contains("48.8 %")) << slow.why;
}

TEST(Scoring, CallsDegradedWhatIsDoneInPart) {
  const Cell free = without_a_censor();
  const Cell part = scored({failed(0, 0.5, 5.5, 1000), done(5.5, 1)}, &free, 10);
  EXPECT_EQ(part.outcome, Outcome::degraded);
  EXPECT_EQ(part.done, 1U);
  EXPECT_EQ(part.why, "1 of 2: silence");
  EXPECT_EQ(part.streams_lost, 1U);
  EXPECT_EQ(part.notice_s, 5.0);
  EXPECT_NEAR(*part.recover_s, (5.5 + 0.1 - 0.5) * 10, 1e-9) << "in the censor's time";
  EXPECT_EQ(part.goodput, 300'000.0) << "of what was done";
}

TEST(Scoring, CallsBlockedWhatIsNeverDone) {
  const Cell free = without_a_censor();
  const Cell none = scored({failed(0, 0, 5, 0), failed(5, 1, 6, 100)}, &free);
  EXPECT_EQ(none.outcome, Outcome::blocked);
  EXPECT_EQ(none.why, "silence");
  EXPECT_EQ(none.first_byte_ms[0], std::nullopt);
  EXPECT_NEAR(*none.goodput, 100.0 / 6, 1e-9) << "of what began";
  EXPECT_EQ(none.streams_lost, 1U);
}

TEST(Scoring, CallsBlockedAProgramThatIsNeverReady) {
  const Cell free = without_a_censor();
  Cell cell;
  score({.failed = {}, .late = "openvpn was not ready in time", .fetches = {}}, &free, cell);
  EXPECT_EQ(cell.outcome, Outcome::blocked);
  EXPECT_EQ(cell.why, "openvpn was not ready in time");
  EXPECT_EQ(cell.tried, 0U);
}

TEST(Scoring, SkipsWhatCouldNotBeTried) {
  Cell cell;
  score({.failed = "sshd failed", .late = {}, .fetches = {}}, nullptr, cell);
  EXPECT_EQ(cell.outcome, Outcome::skipped);
  EXPECT_EQ(cell.why, "sshd failed");
  const Cell broken = scored({failed(0, 0, 5, 0)}, nullptr);
  EXPECT_EQ(broken.outcome, Outcome::skipped) << "it says nothing about a censor";
  EXPECT_TRUE(broken.why.contains("without a censor")) << broken.why;
}

CensorSpec punishing(double most_scale, std::vector<double> lasts) {
  CensorSpec spec;
  spec.most_scale = most_scale;
  for (const double each : lasts) {
    CensorRule rule;
    rule.action.residual = Residual{.lasts = std::chrono::duration_cast<Moment>(Seconds(each))};
    spec.rules.push_back(rule);
  }
  return spec;
}

TEST(Scoring, FitsTheScaleToThePenaltiesAndTheUsersPatience) {
  EXPECT_EQ(fitting_scale(punishing(15, {}), Seconds(10)), 15);
  EXPECT_EQ(fitting_scale(punishing(15, {180}), Seconds(5)), 15);
  EXPECT_EQ(fitting_scale(punishing(15, {180, 60}), Seconds(5)), 10) << "the shortest one counts";
  EXPECT_EQ(fitting_scale(punishing(15, {180}), Seconds(19)), 9);
  EXPECT_EQ(fitting_scale(punishing(15, {30}), Seconds(60)), 1) << "never slower than it is";
  CensorSpec ageing = punishing(20, {});
  ageing.rules.emplace_back().threshold.age = std::chrono::seconds(60);
  EXPECT_EQ(fitting_scale(ageing, Seconds(5)), 10);
}

}  // namespace
}  // namespace rozaneh::lab
