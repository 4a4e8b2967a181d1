#include "site/closing.h"

#include "io/deadline.h"
#include "io/event.h"

namespace rozaneh::site {
namespace {

constexpr std::chrono::seconds kFinishLimit{5};

// Shared by who reads and what the timer starts; the reader waits until the goodbye is over.
struct Goodbye {
  Goodbye(io::Loop& on, io::Stream& of) : loop(on), stream(of), over(on) {}
  io::Loop& loop;
  io::Stream& stream;
  io::Event over;
  bool running = false;
};

io::Task<> say(std::shared_ptr<Goodbye> goodbye) {
  co_await close_politely(goodbye->loop, goodbye->stream);
  goodbye->running = false;
  goodbye->over.notify();
}

void start(const std::shared_ptr<Goodbye>& goodbye) {
  goodbye->running = true;
  goodbye->loop.spawn(say(goodbye));
}

}  // namespace

io::Task<> close_politely(io::Loop& loop, io::Stream& stream) {
  const io::Deadline limit(loop, kFinishLimit, stream);
  const auto finished = co_await stream.finish();
  (void)finished;
  stream.abort();
}

io::Task<Result<io::Chunk>> read_within(io::Loop& loop, io::Stream& stream, io::Clock::duration limit) {
  const auto goodbye = std::make_shared<Goodbye>(loop, stream);
  const io::Deadline deadline(loop, limit, [goodbye] { start(goodbye); });
  auto chunk = co_await stream.read();
  while (goodbye->running) co_await goodbye->over.wait();
  co_return chunk;
}

io::Task<> linger(io::Loop& loop, io::Stream& stream, const Limits& limits) {
  const io::Deadline in_all(loop, limits.linger_in_all, stream);
  const auto finished = co_await stream.finish();
  bool goes_on = finished.has_value();
  while (goes_on) {
    const io::Deadline idle(loop, limits.linger, stream);
    const auto chunk = co_await stream.read();
    goes_on = chunk && !chunk->empty();
  }
  stream.abort();
}

}  // namespace rozaneh::site
