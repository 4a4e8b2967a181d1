// Carries bytes between two streams, both ways, until both directions have ended.
#pragma once

#include <atomic>
#include <cstdint>

#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

// Bytes carried since the start; read from other threads.
struct Traffic {
  std::atomic<std::uint64_t> up{0};    // from the first stream to the second
  std::atomic<std::uint64_t> down{0};  // and back
};

struct RelayOptions {
  Clock::duration idle_limit{};  // both directions silent for so long: given up; zero: never
};

// An end of one side is handed on as a half-close and the other direction goes on; a failure ends both at
// once. Answers nothing when both ended in good order, otherwise the first failure (IoError::timed_out after
// the idle limit). The streams outlive the task.
Task<Result<>> relay(Loop& loop, Stream& one, Stream& other, Traffic& traffic, RelayOptions options);

}  // namespace rozaneh::io
