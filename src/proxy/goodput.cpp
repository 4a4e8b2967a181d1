#include "proxy/goodput.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace rozaneh::proxy {
namespace {

constexpr double kBusy = 2'000;      // bytes a second: below that it is talk, not a transfer
constexpr double kWorthIt = 20'000;  // a best below that says little
constexpr double kPoor = 0.25;
constexpr double kFine = 0.5;
constexpr double kSmooth = 5;  // seconds that the mean looks back
constexpr double kPoorFor = 10;
constexpr double kHalfLife = 600;  // of the best: it was another hour
constexpr std::chrono::seconds kUnansweredFor{10};
constexpr std::chrono::seconds kFirstPause{60};
constexpr std::chrono::seconds kLongestPause{1800};

}  // namespace

void Goodput::begin_anew() {
  last_.reset();
  unanswered_since_.reset();
  recent_ = best_ = busy_ = poor_ = 0;
  answered_ever_ = false;
}

bool Goodput::carried(Moment now, std::uint64_t up, std::uint64_t down, std::uint64_t open) {
  const auto before = std::exchange(last_, Totals{.at = now, .up = up, .down = down});
  if (!before || now <= before->at) return false;
  return is_poor(now, *before, up, down, open) && may_ask(now);
}

bool Goodput::is_poor(Moment now, const Totals& before, std::uint64_t up, std::uint64_t down,
                      std::uint64_t open) {
  const double seconds = std::chrono::duration<double>(now - before.at).count();
  const bool came = down > before.down;
  answered_ever_ |= came;
  if (came || open == 0) unanswered_since_.reset();
  if (!came && up > before.up && !unanswered_since_) unanswered_since_ = now;
  take_rate(static_cast<double>(down - before.down) / seconds, seconds);
  const bool silent = unanswered_since_ && now - *unanswered_since_ >= kUnansweredFor;
  return (silent && answered_ever_) || poor_ >= kPoorFor;
}

void Goodput::take_rate(double rate, double seconds) {
  best_ *= std::exp2(-seconds / kHalfLife);
  if (rate < kBusy) {
    busy_ = poor_ = 0;
    return;
  }
  const double weight = busy_ == 0 ? 1 : std::min(1.0, seconds / kSmooth);
  recent_ += (rate - recent_) * weight;
  busy_ += seconds;
  if (busy_ >= kSmooth) best_ = std::max(best_, recent_);
  if (best_ < kWorthIt || recent_ > kFine * best_) {
    poor_ = 0;
  } else if (recent_ < kPoor * best_) {
    poor_ += seconds;
  }
}

bool Goodput::may_ask(Moment now) {
  if (asked_ && now - *asked_ < pause_) return false;
  const bool long_ago = !asked_ || now - *asked_ > 2 * kLongestPause;
  pause_ = long_ago ? kFirstPause : std::min(2 * pause_, kLongestPause);
  asked_ = now;
  poor_ = 0;
  unanswered_since_.reset();
  return true;
}

}  // namespace rozaneh::proxy
