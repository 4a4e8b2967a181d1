// Carries bytes between two streams, both ways, until both directions have ended.
#pragma once

#include "base/counters.h"
#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

struct RelayOptions {
  Clock::duration idle_limit{};  // both directions silent for so long: given up; zero: never
  // Where bytes come from plain TCP, faster than they are read, and go to plain TCP or into TLS that the
  // kernel can do (io/kernel_tls.h), it moves them from one socket to the other by itself (splice(2)).
  // Nothing else is different; SIGPIPE must be ignored.
  bool splices = false;
};

// An end of one side is handed on as a half-close and the other direction goes on; a failure ends both at
// once. Answers nothing when both ended in good order, otherwise the first failure (IoError::timed_out after
// the idle limit). Bytes from the first stream count as up. All references outlive the task.
Task<Result<>> relay(Loop& loop, Stream& one, Stream& other, Counters& counters, RelayOptions options);

}  // namespace rozaneh::io
