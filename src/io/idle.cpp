#include "io/idle.h"

#include "io/stream.h"

namespace rozaneh::io {

IdleSweep::Entry::Entry(IdleSweep& sweep, Clock::duration limit, Stream& one, Stream& other)
    : sweep_(sweep),
      one_(one),
      other_(other),
      place_(sweep.entries_.insert(sweep.entries_.end(), this)),
      limit_ticks_(static_cast<std::uint32_t>(std::chrono::ceil<std::chrono::seconds>(limit) / kTick)),
      last_tick_(sweep.tick_) {
  if (limit_ticks_ > 0) sweep_.wake_();
}

IdleSweep::Entry::~Entry() { sweep_.entries_.erase(place_); }

bool IdleSweep::sweep() {
  ++tick_;
  bool watching = false;
  for (Entry* entry : entries_) {
    if (entry->limit_ticks_ == 0 || entry->expired_) continue;
    watching = true;
    // One tick more, since the last one may have been touched at its very end.
    if (tick_ - entry->last_tick_ <= entry->limit_ticks_) continue;
    entry->expired_ = true;
    entry->one_.abort();
    entry->other_.abort();
  }
  return watching;
}

}  // namespace rozaneh::io
