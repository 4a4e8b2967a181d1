#include "lab/probe/delays.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rozaneh::lab {

Moment probe_delay(double part) {
  struct Point {
    double part;
    double seconds;
  };
  static constexpr std::array<Point, 5> kPoints = {
      {{0, 0.28}, {0.2, 1}, {0.5, 60}, {0.75, 15 * 60}, {1, 570.0 * 3600}}};
  const double asked = std::clamp(part, 0.0, 1.0);
  const auto* above =
      std::ranges::find_if(kPoints, [asked](const Point& point) { return point.part >= asked; });
  double seconds = above->seconds;
  if (above != kPoints.begin()) {
    const Point& below = *(above - 1);
    const double share = (asked - below.part) / (above->part - below.part);
    seconds = below.seconds * std::pow(above->seconds / below.seconds, share);
  }
  return std::chrono::duration_cast<Moment>(std::chrono::duration<double>(seconds));
}

}  // namespace rozaneh::lab
