// Two ends of a stream in memory, for tests, fuzzing and simulation.
#pragma once

#include <utility>

#include "io/loop.h"
#include "io/stream.h"

namespace rozaneh::io {

struct MemoryStreamOptions {
  std::size_t window = 64 * 1024;              // bytes under way in one direction before a writer waits
  std::size_t read_limit = BufferPool::kRead;  // at most so many bytes a read: 1 shows every split
};

// What is written to one end is read at the other; both live on `loop`.
std::pair<StreamPtr, StreamPtr> memory_streams(Loop& loop, MemoryStreamOptions options = {});

}  // namespace rozaneh::io
