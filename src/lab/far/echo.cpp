#include "lab/far/echo.h"

#include "io/deadline.h"

namespace rozaneh::lab {
namespace {

constexpr std::chrono::minutes kConnectionLimit{30};

}  // namespace

io::Task<> Echo::serve(io::Loop& loop, io::StreamPtr stream, Endpoint /*peer*/) {
  const io::Deadline limit(loop, kConnectionLimit, *stream);
  for (;;) {
    const auto chunk = co_await stream->read();
    if (!chunk || chunk->empty()) break;
    const auto written = co_await stream->write(chunk->bytes());
    if (!written) break;
  }
  const auto finished = co_await stream->finish();
  (void)finished;  // whatever goes wrong is what the lab is for
}

}  // namespace rozaneh::lab
