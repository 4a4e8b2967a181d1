#include "proxy/ranking.h"

#include <cmath>

namespace rozaneh::proxy {
namespace {

constexpr Seconds kFresh = 14 * 24 * 3600;
constexpr Seconds kSore = 3600;

bool worked_last(const Experience& experience, Seconds now) {
  return experience.last_success > experience.last_failure && now - experience.last_success < kFresh;
}

bool failed_last(const Experience& experience, Seconds now) {
  return experience.last_failure > experience.last_success && now - experience.last_failure < kSore;
}

// Twice the goodput is worth as much as an answer one second sooner.
double worth_of(const Experience& experience) {
  constexpr double kSlow = 10'000;  // bytes a second: below that all are alike
  return std::log2(1 + experience.goodput / kSlow) -
         std::chrono::duration<double>(experience.first_byte).count();
}

}  // namespace

Standing judge(const Experience& here, const Experience& elsewhere, Seconds now) {
  const bool known_here = here.last_success != 0 || here.last_failure != 0;
  if (worked_last(here, now)) return {.rank = 2, .worth = worth_of(here)};
  if (failed_last(here, now)) return {.rank = -1, .worth = worth_of(here)};
  if (worked_last(elsewhere, now)) return {.rank = 1, .worth = worth_of(elsewhere)};
  if (!known_here && failed_last(elsewhere, now)) return {.rank = -1, .worth = 0};
  return {.rank = 0, .worth = worth_of(here)};
}

}  // namespace rozaneh::proxy
