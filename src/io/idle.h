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

  // `wake` is called when an entry wants the sweep to run: `sweep` is then due every kTick until `rest` is
  // called, because the last such entry is gone. Neither may throw.
  IdleSweep(std::function<void()> wake, std::function<void()> rest)
      : wake_(std::move(wake)), rest_(std::move(rest)) {}

  // Aborts what is due.
  void sweep();

  // Whether there is anything to look at.
  [[nodiscard]] bool watching() const { return watched_ > 0; }

  // `rest` is not called any more: entries may outlive what it needs.
  void stop() { rest_ = nullptr; }

 private:
  void unwatch();

  std::function<void()> wake_, rest_;
  std::list<Entry*> entries_;
  std::size_t watched_ = 0;  // entries with a limit that have not expired
  std::uint32_t tick_ = 0;
};

}  // namespace rozaneh::io
