#include "io/relay.h"

#include "io/error.h"
#include "io/event.h"

namespace rozaneh::io {
namespace {

// Shared by the two directions of one relay; lives in the frame of `relay`, which waits for both.
struct Pair {
  Pair(Loop& loop, Clock::duration idle_limit, Stream& one, Stream& other)
      : idle(loop.idle(), idle_limit, one, other), over(loop), one(one), other(other) {}

  IdleSweep::Entry idle;
  Event over;
  Stream& one;
  Stream& other;
  Result<> outcome;
  bool back_is_over = false;

  void fail_with(const Error& error) {
    if (outcome) outcome = std::unexpected(error);
    one.abort();
    other.abort();
  }
};

Task<Result<>> pump(Stream& from, Stream& to, IdleSweep::Entry& idle, std::atomic<std::uint64_t>& carried) {
  for (;;) {
    const auto chunk = co_await from.read();
    if (!chunk) co_return std::unexpected(chunk.error());
    idle.touch();
    if (chunk->empty()) co_return co_await to.finish();
    const auto written = co_await to.write(chunk->bytes());
    if (!written) co_return std::unexpected(written.error());
    idle.touch();
    carried.fetch_add(chunk->size(), std::memory_order_relaxed);
  }
}

Task<> pump_back(Pair& pair, std::atomic<std::uint64_t>& carried) {
  const auto outcome = co_await pump(pair.other, pair.one, pair.idle, carried);
  if (!outcome) pair.fail_with(outcome.error());
  pair.back_is_over = true;
  pair.over.notify();
}

}  // namespace

Task<Result<>> relay(Loop& loop, Stream& one, Stream& other, Counters& counters, RelayOptions options) {
  Pair pair(loop, options.idle_limit, one, other);
  loop.spawn(pump_back(pair, counters.down));
  const auto outcome = co_await pump(one, other, pair.idle, counters.up);
  if (!outcome) pair.fail_with(outcome.error());
  while (!pair.back_is_over) co_await pair.over.wait();
  if (pair.idle.expired()) co_return fail(IoError::timed_out);
  co_return pair.outcome;
}

}  // namespace rozaneh::io
