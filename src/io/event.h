// Lets one task wait for another on the same loop.
#pragma once

#include "io/loop.h"
#include "io/timer.h"

namespace rozaneh::io {

class Event {
 public:
  explicit Event(Loop& loop) : timer_(loop.executor(), Timer::time_point::max()) {}

  // Ends when `notify` is called after it began. It may also end for nothing: test the condition again.
  Task<> wait() { co_await timer_.async_wait(kResume); }

  // Resumes what waits now, soon; nobody waiting is no error.
  void notify() { timer_.cancel(); }

 private:
  // A timer that never expires is Asio's condition variable.
  Timer timer_;
};

}  // namespace rozaneh::io
