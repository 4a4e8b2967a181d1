#include "lab/report/plot.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "lab/report/figures.h"
#include "lab/report/text.h"

namespace rozaneh::lab {
namespace {

constexpr int kLeft = 4, kTop = 8, kWidth = 192, kHeight = 62;  // of what is drawn upon
constexpr double kFastest = 1e15;  // bytes per second, so that no rate is infinite

double length_of(const Cell& cell) { return cell.timeline.empty() ? 0 : cell.timeline.back().first; }

// The mean rate of each stretch: until when, and how fast. Bytes come in bursts, so that moments closer than
// a part in 32 of the whole are one stretch.
std::vector<std::pair<double, double>> stretches(const Cell& cell) {
  std::vector<std::pair<double, double>> out;
  double since = 0;
  double had = 0;
  for (std::size_t i = 0; i < cell.timeline.size(); ++i) {
    const auto [time, bytes] = cell.timeline[i];
    const bool last = i + 1 == cell.timeline.size();
    if (time <= since || (time - since < length_of(cell) / 32 && !last)) continue;
    out.emplace_back(time, std::min((bytes - had) / (time - since), kFastest));
    since = time;
    had = bytes;
  }
  return out;
}

// The axis is that of the rate's square root, or what is throttled could not be told from nothing.
long height_of(double rate, double top) {
  const double part = top > 0 ? std::sqrt(std::min(rate / top, 1.0)) : 0;
  return std::lround(kTop + kHeight * (1 - part));
}

std::string path_of(const Cell& cell, double top) {
  std::string path = fmt::format("M{} {}", kLeft, kTop + kHeight);
  long x = kLeft;
  long y = kTop + kHeight;
  for (const auto& [time, rate] : stretches(cell)) {
    const long to_x = std::lround(kLeft + kWidth * time / length_of(cell));
    const long to_y = height_of(rate, top);
    if (to_y != y) path += fmt::format("v{}", to_y - y);
    if (to_x != x) path += fmt::format("h{}", to_x - x);
    x = to_x;
    y = to_y;
  }
  return path + fmt::format("V{}", kTop + kHeight);
}

std::string_view end_of(const Cell& cell) {
  if (cell.done == 0) return R"(<path class="stop" d="M192 66l8 8m0 -8l-8 8"/>)";
  return cell.done == cell.tried ? R"(<circle class="dot" cx="196" cy="70" r="3.5"/>)" : "";
}

}  // namespace

double top_rate(const std::vector<const Cell*>& cells) {
  double top = 0;
  for (const Cell* cell : cells)
    for (const auto& [time, rate] : stretches(*cell)) top = std::max(top, rate);
  return top;
}

std::string plot_svg(const Cell& cell, double top, std::string_view title) {
  const double bytes = cell.timeline.empty() ? 0 : cell.timeline.back().second;
  return fmt::format(
      R"(<svg class="plot" viewBox="0 0 204 90" role="img" aria-label="{}: {} in {}{}">)"
      R"(<use href="#axes"/><path class="line" d="{}"/>{}<text class="end" x="196" y="85">{}</text></svg>)",
      escape_html(title), bytes_text(bytes), seconds_text(length_of(cell)),
      cell.done == 0 ? ", then no more" : "", path_of(cell, top), end_of(cell),
      seconds_text(length_of(cell)));
}

}  // namespace rozaneh::lab
