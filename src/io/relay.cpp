#include "io/relay.h"

#include "io/error.h"
#include "io/event.h"
#include "io/tcp_stream.h"

namespace rozaneh::io {
namespace {

// Shared by the two directions of one relay; lives in the frame of `relay`, which waits for both.
struct Pair {
  Pair(Loop& loop, RelayOptions options, Stream& first, Stream& second)
      : idle(loop.idle(), options.idle_limit, first, second),
        over(loop),
        one(first),
        other(second),
        splices(options.splices) {}

  IdleSweep::Entry idle;
  Event over;
  Stream& one;
  Stream& other;
  Result<> outcome;
  int under_way = 2;
  bool splices;

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

// Moved in a row before the other connections of the loop get their turn.
constexpr unsigned kEagerMoves = 4;

// Writes all of `load`, in parts of a read, so that the idle limit and the counters see it as they see those.
Task<Result<>> write_load(Pair& pair, Piped& load, TcpStream& to, std::atomic<std::uint64_t>& carried) {
  while (!load.empty()) {
    pair.idle.touch();
    const std::size_t part = std::min(load.size(), BufferPool::kRead);
    const auto written = co_await to.write(load, part);
    if (!written) co_return written;
    carried.fetch_add(part, std::memory_order_relaxed);
  }
  pair.idle.touch();
  co_return Result<>();
}

// What lies ready behind a read that was full, through a pipe. It returns where there is little, so that no
// pipe is held while nothing comes.
Task<Result<>> move_ready(Pair& pair, TcpStream& from, TcpStream& to, std::atomic<std::uint64_t>& carried) {
  for (unsigned moves = 0; moves < kEagerMoves; ++moves) {
    auto load = from.take_ready();
    if (!load) co_return std::unexpected(load.error());
    const std::size_t size = load->size();
    const auto written = co_await write_load(pair, *load, to, carried);
    if (!written) co_return written;
    if (size < BufferPool::kRead) break;
  }
  co_return Result<>();
}

Task<> pump(Pair& pair, Stream& from, Stream& to, std::atomic<std::uint64_t>& carried) {
  for (;;) {
    auto chunk = co_await from.read();
    if (!chunk) co_return pair.end(std::unexpected(chunk.error()));
    pair.idle.touch();
    if (chunk->empty()) break;
    const auto written = co_await to.write(chunk->bytes());
    if (!written) co_return pair.end(written);
    pair.idle.touch();
    carried.fetch_add(chunk->size(), std::memory_order_relaxed);
    if (!pair.splices || chunk->size() < BufferPool::kRead) continue;
    TcpStream* source = from.plain_source();
    TcpStream* sink = source != nullptr ? to.plain_sink() : nullptr;
    if (sink == nullptr) continue;
    *chunk = Chunk();
    const auto moved = co_await move_ready(pair, *source, *sink, carried);
    if (!moved) co_return pair.end(moved);
  }
  const auto finished = co_await to.finish();
  pair.end(finished);
}

}  // namespace

Task<Result<>> relay(Loop& loop, Stream& one, Stream& other, Counters& counters, RelayOptions options) {
  Pair pair(loop, options, one, other);
  loop.spawn(pump(pair, other, one, counters.down));
  co_await pump(pair, one, other, counters.up);
  while (pair.under_way > 0) co_await pair.over.wait();
  if (pair.idle.expired()) co_return fail(IoError::timed_out);
  co_return pair.outcome;
}

}  // namespace rozaneh::io
