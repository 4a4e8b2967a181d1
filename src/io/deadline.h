// A time limit: when it passes, it gives up what it was set on.
//
//     Deadline limit(loop, 30s, *stream);
//     const auto result = co_await shake(*stream, handshake);   // fails when the limit passes
//
// Aborting the stream is all that a time-out has to do, so that no operation needs to be cancelled by itself.
#pragma once

#include <functional>
#include <memory>

#include "io/loop.h"
#include "io/stream.h"
#include "io/timer.h"

namespace rozaneh::io {

class Deadline {
 public:
  // Aborts `stream`, which outlives the deadline.
  Deadline(Loop& loop, Clock::duration limit, Stream& stream);
  // Calls `give_up`, never after this object is gone.
  Deadline(Loop& loop, Clock::duration limit, std::function<void()> give_up);

  [[nodiscard]] bool passed() const { return *passed_; }

 private:
  Timer timer_;
  // Shared with the timer's handler: one that is queued already can no longer be cancelled, only told.
  std::shared_ptr<bool> passed_ = std::make_shared<bool>(false);
};

}  // namespace rozaneh::io
