#include "lab/report/figures.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace rozaneh::lab {
namespace {

constexpr std::string_view kDash = "–";

// Three digits that count.
std::string three(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  if (value >= 10) return fmt::format("{:.1f}", value);
  return fmt::format("{:.2f}", value);
}

std::string dash_or(const std::optional<double>& value, std::string (*text)(double)) {
  return value ? text(*value) : std::string(kDash);
}

std::string percent(double share) { return fmt::format("{:.0f} %", share * 100); }

std::string first_byte_of(const Cell& cell) {
  std::vector<double> came;
  for (const auto& each : cell.first_byte_ms)
    if (each) came.push_back(*each);
  if (came.empty()) return std::string(kDash);
  std::ranges::sort(came);
  return three(came[came.size() / 2]) + " ms";
}

}  // namespace

std::string bytes_text(double bytes) {
  constexpr std::array<std::string_view, 5> kUnits = {"B", "kB", "MB", "GB", "TB"};
  std::size_t unit = 0;
  for (; bytes >= 999.5 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  return unit == 0 ? fmt::format("{:.0f} B", bytes) : fmt::format("{} {}", three(bytes), kUnits.at(unit));
}

std::string rate_text(double bytes_per_second) { return bytes_text(bytes_per_second) + "/s"; }

std::string seconds_text(double seconds) {
  return seconds < 1 ? fmt::format("{:.0f} ms", seconds * 1000) : three(seconds) + " s";
}

CellFigures figures_of(const Cell& cell) {
  return {.fetches = fmt::format("{} of {}", cell.done, cell.tried),
          .bytes = bytes_text(static_cast<double>(cell.bytes)),
          .first_byte = first_byte_of(cell),
          .goodput = dash_or(cell.goodput, &rate_text),
          .of_uncensored = dash_or(cell.of_uncensored, &percent),
          .notice = dash_or(cell.notice_s, &seconds_text),
          .recover = dash_or(cell.recover_s, &seconds_text),
          .streams_lost = fmt::format("{}", cell.streams_lost)};
}

std::string_view country_name(std::string_view code) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 14> kNames = {{{"BY", "Belarus"},
                                                                                     {"CN", "China"},
                                                                                     {"EG", "Egypt"},
                                                                                     {"ET", "Ethiopia"},
                                                                                     {"IN", "India"},
                                                                                     {"IR", "Iran"},
                                                                                     {"KZ", "Kazakhstan"},
                                                                                     {"MM", "Myanmar"},
                                                                                     {"PK", "Pakistan"},
                                                                                     {"RU", "Russia"},
                                                                                     {"SY", "Syria"},
                                                                                     {"TM", "Turkmenistan"},
                                                                                     {"TR", "Turkey"},
                                                                                     {"UZ", "Uzbekistan"}}};
  const auto* found = std::ranges::find(kNames, code, &std::pair<std::string_view, std::string_view>::first);
  return found == kNames.end() ? code : found->second;
}

std::string dates_text(const CensorSpec& censor) {
  return censor.until.empty() || censor.until == censor.from
             ? censor.from
             : fmt::format("{} to {}", censor.from, censor.until);
}

std::string_view confidence_text(Confidence confidence) {
  switch (confidence) {
    case Confidence::primary:
      return "read in a primary source";
    case Confidence::secondary:
      return "read in a secondary source";
    case Confidence::recalled:
      return "recalled, to be checked";
    case Confidence::measured:
      return "measured";
  }
  return "";
}

std::string control_text(const ControlResult& control) {
  const std::string_view must = control.must_pass ? "must pass" : "must be blocked";
  switch (control.came) {
    case ControlResult::Came::as_said:
      return fmt::format("{} {}, and {}", control.subject, must, control.must_pass ? "did" : "was");
    case ControlResult::Came::otherwise:
      return fmt::format("{} {}, and {} not", control.subject, must, control.must_pass ? "did" : "was");
    case ControlResult::Came::not_tried:
      break;
  }
  return fmt::format("{} {}, and was not tried", control.subject, must);
}

std::string outcome_text(const Cell& cell) {
  std::string text(name_of(cell.outcome));
  if (cell.outcome == Outcome::degraded || cell.outcome == Outcome::blocked)
    text += fmt::format(", {} of {} fetches", cell.done, cell.tried);
  if (cell.outcome == Outcome::degraded && cell.of_uncensored)
    text += fmt::format(" at {} of the speed", percent(*cell.of_uncensored));
  if (cell.outcome != Outcome::passes && !cell.why.empty()) text += fmt::format(": {}", cell.why);
  return text;
}

}  // namespace rozaneh::lab
