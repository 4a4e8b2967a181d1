// Tells a hello that was made now, and comes for the first time, from a recorded one.
#pragma once

#include <span>

#include "transport/replay_filter.h"

namespace rozaneh::tunnel {

// Its clock is the wall's, which is handed in as `now`, but never goes back: when one that had jumped ahead
// returns, what was forgotten meanwhile as too old must not look new. Not for several threads at once.
class HelloMemory {
 public:
  using Time = std::chrono::sys_seconds;
  // How far a hello's time may be from ours.
  static constexpr std::chrono::seconds kSkew{120};

  HelloMemory(const Secret<16>& key, Time now) : HelloMemory(key, now, now) {}
  // Goes on with another process's: `since` as that has told it, `seen` in the order in which they came.
  HelloMemory(const Secret<16>& key, Time now, Time since,
              std::span<const transport::ReplayFilter::Entry> seen);

  // Whether the client's `ephemeral` key came for the first time, in a hello made now; remembers it.
  bool is_new(Time made, Bytes ephemeral, Time now);

  // Whether a hello of that time cannot have come to a process before the first of us.
  [[nodiscard]] bool was_here_for(Time made) const { return made >= since_ + kSkew; }

  // For another process: from when on all hellos are remembered.
  [[nodiscard]] Time since(Time now) const { return now < clock_ ? clock_ : since_; }
  [[nodiscard]] const Secret<16>& key() const { return key_; }
  [[nodiscard]] const std::deque<transport::ReplayFilter::Entry>& seen() const { return seen_.entries(); }

 private:
  HelloMemory(const Secret<16>& key, Time clock, Time since)
      : key_(key), since_(since), clock_(clock), seen_(key, 2 * kSkew) {}

  Secret<16> key_;
  Time since_;
  Time clock_;
  transport::ReplayFilter seen_;
};

}  // namespace rozaneh::tunnel
