#include "io/awaited_stream.h"

#include "io/deadline.h"

namespace rozaneh::io {

struct AwaitedStream::State {
  State(Loop& loop, StreamPtr stream) : inner(std::move(stream)), read(loop) {}
  StreamPtr inner;
  Event read;
  bool under_way = false;
  std::optional<Result<Chunk>> got;
};

AwaitedStream::AwaitedStream(Loop& loop, StreamPtr inner)
    : loop_(loop), state_(std::make_shared<State>(loop, std::move(inner))) {}

AwaitedStream::~AwaitedStream() {
  if (state_->inner) state_->inner->abort();
}

Task<> AwaitedStream::read_once(std::shared_ptr<State> state) {
  auto chunk = co_await state->inner->read();
  state->got.emplace(std::move(chunk));
  state->under_way = false;
  state->read.notify();
}

Task<bool> AwaitedStream::wait(Clock::duration limit) {
  const auto state = state_;
  if (!state->got && !state->under_way) {
    state->under_way = true;
    loop_.spawn(read_once(state));
  }
  const Deadline deadline(loop_, limit, [state] { state->read.notify(); });
  while (!state->got && !deadline.passed()) co_await state->read.wait();
  co_return state->got.has_value();
}

StreamPtr AwaitedStream::release() {
  if (state_->under_way || state_->got) return nullptr;
  return std::move(state_->inner);
}

Task<Result<Chunk>> AwaitedStream::read() {
  const auto state = state_;
  while (state->under_way) co_await state->read.wait();
  if (!state->got) co_return co_await state->inner->read();
  auto got = std::move(*state->got);
  state->got.reset();
  co_return got;
}

Task<Result<>> AwaitedStream::write(Bytes bytes) { return state_->inner->write(bytes); }
Task<Result<>> AwaitedStream::finish() { return state_->inner->finish(); }

void AwaitedStream::abort() noexcept {
  if (state_->inner) state_->inner->abort();
}

}  // namespace rozaneh::io
