// A stream of which one waits for the next bytes only for a while, and then does something else with it.
#pragma once

#include "io/event.h"
#include "io/stream.h"

namespace rozaneh::io {

class AwaitedStream final : public Stream {
 public:
  AwaitedStream(Loop& loop, StreamPtr inner);
  AwaitedStream(const AwaitedStream&) = delete;
  AwaitedStream& operator=(const AwaitedStream&) = delete;
  ~AwaitedStream() override;

  // Whether a read would not have to wait; waits for that until `limit` has passed. The read that this began
  // goes on behind it, and the next `read` has what it brings.
  Task<bool> wait(Clock::duration limit);

  // The stream inside, where no read is under way; nothing has been read of it that was not handed out.
  // Otherwise null, and this stream goes on. Nothing may be waited for.
  StreamPtr release();

  Task<Result<Chunk>> read() override;
  Task<Result<>> write(Bytes bytes) override;
  Task<Result<>> finish() override;
  void abort() noexcept override;

 private:
  // Shared with the read that is under way, which may outlive this stream.
  struct State;
  static Task<> read_once(std::shared_ptr<State> state);

  Loop& loop_;
  std::shared_ptr<State> state_;
};

}  // namespace rozaneh::io
