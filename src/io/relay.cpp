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
  int under_way = 2;

  void end(const Result<>& how) {
    if (!how) {
      if (outcome) outcome = how;
      one.abort();
      other.abort();
    }
    --under_way;
    over.notify();
  }
};

Task<> pump(Pair& pair, Stream& from, Stream& to, std::atomic<std::uint64_t>& carried) {
  for (;;) {
    const auto chunk = co_await from.read();
    if (!chunk) co_return pair.end(std::unexpected(chunk.error()));
    pair.idle.touch();
    if (chunk->empty()) break;
    const auto written = co_await to.write(chunk->bytes());
    if (!written) co_return pair.end(written);
    pair.idle.touch();
    carried.fetch_add(chunk->size(), std::memory_order_relaxed);
  }
  const auto finished = co_await to.finish();
  pair.end(finished);
}

}  // namespace

Task<Result<>> relay(Loop& loop, Stream& one, Stream& other, Counters& counters, RelayOptions options) {
  Pair pair(loop, options.idle_limit, one, other);
  loop.spawn(pump(pair, other, one, counters.down));
  co_await pump(pair, one, other, counters.up);
  while (pair.under_way > 0) co_await pair.over.wait();
  if (pair.idle.expired()) co_return fail(IoError::timed_out);
  co_return pair.outcome;
}

}  // namespace rozaneh::io
