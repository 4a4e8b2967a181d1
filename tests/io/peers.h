// What stands at the other end of a stream in tests, and what goes through it.
#pragma once

#include <gtest/gtest.h>

#include "io/stream.h"

namespace rozaneh::io {

// Bytes that differ from one place to the next, so that a gap or a shift is seen.
inline Buffer numbered(std::size_t count) {
  Buffer bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return bytes;
}

// Sends back what comes, and ends when that does.
inline Task<> echo(StreamPtr stream) {
  while (true) {
    const auto chunk = co_await stream->read();
    if (!chunk) co_return;
    if (chunk->empty()) break;
    const auto written = co_await stream->write(chunk->bytes());
    if (!written) co_return;
  }
  const auto finished = co_await stream->finish();
  (void)finished;
}

inline Task<> send_and_finish(Stream& stream, Buffer bytes) {
  const auto written = co_await stream.write(bytes);
  EXPECT_TRUE(written) << written.error().message();
  const auto finished = co_await stream.finish();
  EXPECT_TRUE(finished);
}

inline Task<> receive_all(Stream& stream, Buffer& into) {
  for (;;) {
    const auto chunk = co_await stream.read();
    EXPECT_TRUE(chunk) << chunk.error().message();
    if (!chunk || chunk->empty()) co_return;
    append(into, chunk->bytes());
  }
}

}  // namespace rozaneh::io
