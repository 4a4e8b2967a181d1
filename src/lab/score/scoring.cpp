#include "lab/score/scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace rozaneh::lab {
namespace {

constexpr double kSlow = 0.5;  // of what comes without a censor
constexpr Seconds kMargin{1};

// Over the fetches that were done, or, if there are none, over those that began.
std::optional<double> goodput_of(const std::vector<FetchRecord>& fetches) {
  const bool any = std::ranges::any_of(fetches, &FetchRecord::done);
  double bytes = 0;
  double seconds = 0;
  for (const FetchRecord& each : fetches) {
    if (any ? !each.done : each.bytes == 0) continue;
    bytes += static_cast<double>(each.bytes);
    seconds += each.ended;
  }
  if (seconds <= 0) return std::nullopt;
  return bytes / seconds;
}

// The first failure: how long until the user was told, and how long until bytes came again.
void note_failure(const std::vector<FetchRecord>& fetches, Cell& cell) {
  const auto failed = std::ranges::find(fetches, false, &FetchRecord::done);
  if (failed == fetches.end()) return;
  cell.notice_s = failed->ended - failed->last_byte;
  const double stopped = failed->began + failed->last_byte;
  for (auto next = failed + 1; next != fetches.end() && !cell.recover_s; ++next)
    if (next->first_byte) cell.recover_s = (next->began + *next->first_byte - stopped) * cell.scale;
}

std::string first_complaint(const std::vector<FetchRecord>& fetches) {
  const auto failed = std::ranges::find(fetches, false, &FetchRecord::done);
  return failed != fetches.end() ? failed->why : "";
}

void judge(const NearReport& report, Cell& cell) {
  if (cell.done == 0) {
    cell.outcome = Outcome::blocked;
    cell.why = first_complaint(report.fetches);
  } else if (cell.done < cell.tried) {
    cell.outcome = Outcome::degraded;
    cell.why = fmt::format("{} of {}: {}", cell.done, cell.tried, first_complaint(report.fetches));
  } else if (cell.of_uncensored && *cell.of_uncensored < kSlow) {
    cell.outcome = Outcome::degraded;
    cell.why = fmt::format("{:.1f} % of the speed without a censor", 100 * *cell.of_uncensored);
  } else {
    cell.outcome = Outcome::passes;
  }
}

void skip(Cell& cell, std::string why) {
  cell.outcome = Outcome::skipped;
  cell.why = std::move(why);
}

}  // namespace

void score(const NearReport& report, const Cell* uncensored, Cell& cell) {
  if (!report.failed.empty()) return skip(cell, report.failed);
  cell.tried = static_cast<unsigned>(report.fetches.size());
  for (const FetchRecord& each : report.fetches) {
    cell.done += each.done ? 1 : 0;
    cell.bytes += each.bytes;
    cell.streams_lost += each.lost;
    cell.first_byte_ms.push_back(each.first_byte ? std::optional(*each.first_byte * 1000) : std::nullopt);
  }
  if (!report.fetches.empty()) {
    cell.timeline = report.fetches.front().timeline;
    cell.seconds = report.fetches.back().began + report.fetches.back().ended;
  }
  cell.goodput = goodput_of(report.fetches);
  if (uncensored != nullptr && cell.goodput && uncensored->goodput.value_or(0) > 0)
    cell.of_uncensored = *cell.goodput / *uncensored->goodput;
  note_failure(report.fetches, cell);
  judge(report, cell);
  if (!report.late.empty()) cell.why = report.late;
  // What does not even work on a free path says nothing about a censor.
  if (uncensored == nullptr && cell.outcome == Outcome::blocked)
    skip(cell, "does not work without a censor either: " + cell.why);
}

double fitting_scale(const CensorSpec& spec, Seconds patience) {
  double scale = spec.most_scale;
  const auto keep_longer = [&](Seconds time) {
    if (time > Seconds(0)) scale = std::min(scale, std::floor(time / (patience + kMargin)));
  };
  for (const CensorRule& rule : spec.rules) {
    keep_longer(rule.threshold.age);
    if (rule.action.residual) keep_longer(rule.action.residual->lasts);
  }
  return std::max(scale, 1.0);
}

}  // namespace rozaneh::lab
