#include "io/memory_stream.h"

#include "io/error.h"
#include "io/event.h"

namespace rozaneh::io {
namespace {

// One direction. Shared by its two ends, which may die in either order.
struct Pipe {
  explicit Pipe(Loop& loop) : changed_for_reader(loop), changed_for_writer(loop) {}

  Buffer bytes;
  bool finished = false;
  bool aborted = false;
  Event changed_for_reader;
  Event changed_for_writer;

  void abort() {
    aborted = true;
    changed_for_reader.notify();
    changed_for_writer.notify();
  }
};

class MemoryStream final : public Stream {
 public:
  MemoryStream(Loop& loop, MemoryStreamOptions options, std::shared_ptr<Pipe> in, std::shared_ptr<Pipe> out)
      : loop_(loop), options_(options), in_(std::move(in)), out_(std::move(out)) {}
  MemoryStream(const MemoryStream&) = delete;
  MemoryStream& operator=(const MemoryStream&) = delete;
  ~MemoryStream() override { MemoryStream::abort(); }

  Task<Result<Chunk>> read() override {
    const auto pipe = in_;
    while (pipe->bytes.empty() && !pipe->finished && !pipe->aborted) co_await pipe->changed_for_reader.wait();
    if (given_up_) co_return fail(IoError::aborted);
    if (pipe->aborted) co_return fail(IoError::reset);
    if (pipe->bytes.empty()) co_return Chunk();
    Chunk chunk = loop_.pool().borrow();
    const std::size_t count = std::min({pipe->bytes.size(), options_.read_limit, chunk.room().size()});
    copy(chunk.room(), Bytes(pipe->bytes).first(count));
    chunk.grow(count);
    pipe->bytes.erase(pipe->bytes.begin(), pipe->bytes.begin() + static_cast<std::ptrdiff_t>(count));
    pipe->changed_for_writer.notify();
    co_return chunk;
  }

  Task<Result<>> write(Bytes bytes) override {
    const auto pipe = out_;
    while (!bytes.empty()) {
      while (pipe->bytes.size() >= options_.window && !pipe->aborted)
        co_await pipe->changed_for_writer.wait();
      if (given_up_) co_return fail(IoError::aborted);
      if (pipe->aborted || pipe->finished) co_return fail(IoError::reset);
      const std::size_t count = std::min(bytes.size(), options_.window - pipe->bytes.size());
      append(pipe->bytes, bytes.first(count));
      bytes = bytes.subspan(count);
      pipe->changed_for_reader.notify();
    }
    co_return Result<>();
  }

  Task<Result<>> finish() override {
    out_->finished = true;
    out_->changed_for_reader.notify();
    co_return Result<>();
  }

  void abort() noexcept override {
    if (std::exchange(given_up_, true)) return;
    // What was finished in good order is still there to be read, as with a socket that is closed.
    if (!out_->finished) out_->abort();
    in_->abort();
  }

 private:
  Loop& loop_;
  MemoryStreamOptions options_;
  std::shared_ptr<Pipe> in_;
  std::shared_ptr<Pipe> out_;
  bool given_up_ = false;
};

}  // namespace

std::pair<StreamPtr, StreamPtr> memory_streams(Loop& loop, MemoryStreamOptions options) {
  auto there = std::make_shared<Pipe>(loop);
  auto back = std::make_shared<Pipe>(loop);
  return {std::make_unique<MemoryStream>(loop, options, back, there),
          std::make_unique<MemoryStream>(loop, options, there, back)};
}

}  // namespace rozaneh::io
