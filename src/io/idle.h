// Ends connections on which nothing has happened for too long, without a timer for each.
//
// One timer a loop looks at all entries every few seconds; an entry costs two pointers and two numbers.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>

#include "io/timer.h"

namespace rozaneh::io {

class Stream;

class IdleSweep {
 public:
  // One watched pair of streams; alive as long as they are being relayed.
  class Entry {
   public:
    // Aborts both streams when `touch` was not called for `limit`; a limit of zero watches nothing.
    Entry(IdleSweep& sweep, Clock::duration limit, Stream& one, Stream& other);
    ~Entry();
    Entry(const Entry&) = delete;
    Entry& operator=(const Entry&) = delete;

    void touch() { last_tick_ = sweep_.tick_; }
    // Whether the sweep has aborted the streams.
    [[nodiscard]] bool expired() const { return expired_; }

   private:
    friend class IdleSweep;
    IdleSweep& sweep_;
    Stream& one_;
    Stream& other_;
    std::list<Entry*>::iterator place_;
    std::uint32_t limit_ticks_;
    std::uint32_t last_tick_;
    bool expired_ = false;
  };

  static constexpr std::chrono::seconds kTick{1};

  // `wake` is called when a first entry wants the sweep to run; `sweep` is then due every kTick.
  explicit IdleSweep(std::function<void()> wake) : wake_(std::move(wake)) {}

  // Aborts what is due; answers whether entries are left to look at, that is whether to come again.
  bool sweep();

 private:
  std::function<void()> wake_;
  std::list<Entry*> entries_;
  std::uint32_t tick_ = 0;
};

}  // namespace rozaneh::io
