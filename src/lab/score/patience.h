// How long a user waits.
#pragma once

#include <algorithm>
#include <chrono>

namespace rozaneh::lab {

using Clock = std::chrono::steady_clock;
using Seconds = std::chrono::duration<double>;

// Gives up once nothing came for a while, and at last anyhow. So what is slow is told from what is dead, also
// on a machine that is busy.
class Patience {
 public:
  Patience(Seconds stall, Seconds total) : stall_(stall), end_(Clock::now() + cast(total)) {
    note_progress();
  }

  void note_progress() { progress_ = Clock::now(); }
  [[nodiscard]] Clock::time_point until() const { return std::min(progress_ + cast(stall_), end_); }

 private:
  static Clock::duration cast(Seconds time) { return std::chrono::duration_cast<Clock::duration>(time); }

  Seconds stall_;
  Clock::time_point end_;
  Clock::time_point progress_;
};

}  // namespace rozaneh::lab
