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
  if (limit_ticks_ == 0) return;
  ++sweep_.watched_;
  sweep_.wake_();
}

IdleSweep::Entry::~Entry() {
  sweep_.entries_.erase(place_);
  if (limit_ticks_ > 0 && !expired_) sweep_.unwatch();
}

void IdleSweep::unwatch() {
  --watched_;
  if (watched_ == 0 && rest_) rest_();
}

void IdleSweep::sweep() {
  ++tick_;
  for (Entry* entry : entries_) {
    if (entry->limit_ticks_ == 0 || entry->expired_) continue;
    // One tick more, since the last one may have been touched at its very end.
    if (tick_ - entry->last_tick_ <= entry->limit_ticks_) continue;
    entry->expired_ = true;
    unwatch();
    entry->one_.abort();
    entry->other_.abort();
  }
}

}  // namespace rozaneh::io
