#include "io/deadline.h"
#include "io/error.h"
#include "transport/http/error.h"
#include "transport/http/streams.h"

namespace rozaneh::http {
namespace {

class ServerStream final : public io::Stream {
 public:
  ServerStream(io::Loop& loop, std::shared_ptr<Shared> shared, io::Clock::duration forgotten_after)
      : loop_(loop),
        shared_(std::move(shared)),
        reading_(loop, *shared_),
        writing_(loop, *shared_),
        forgotten_after_(forgotten_after) {
    watch(forgotten_after_);
  }
  ServerStream(const ServerStream&) = delete;
  ServerStream& operator=(const ServerStream&) = delete;
  ~ServerStream() override {
    shared_->with([](Shared& shared) {
      const bool over = shared.side.down_over() && shared.side.up_ended() && shared.side.unread().empty();
      shared.reset = shared.reset || !over;
      shared.forgotten = true;
      shared.side.read(shared.side.unread().size());
      return true;
    });
  }

  io::Task<Result<io::Chunk>> read() override {
    for (;;) {
      io::Chunk chunk;
      Result<bool> done = false;
      const auto seen = shared_->with([&](Shared& shared) { return take(shared, chunk, done); });
      if (!done) co_return std::unexpected(done.error());
      if (*done) co_return chunk;
      co_await reading_.wait(seen);
    }
  }

  io::Task<Result<>> write(Bytes bytes) override {
    for (;;) {
      bool over = false;
      const auto seen = shared_->with([&](Shared& shared) {
        over = shared.reset || shared.side.down_ended();
        if (over) return false;
        const std::size_t count = shared.side.put(bytes);
        bytes = bytes.subspan(count);
        return count > 0;
      });
      if (over) co_return fail_here();
      if (bytes.empty()) co_return Result<>();
      co_await writing_.wait(seen);
    }
  }

  io::Task<Result<>> finish() override {
    shared_->with([](Shared& shared) {
      shared.side.end_down();
      return true;
    });
    for (;;) {
      bool reset = false;
      bool over = false;
      const auto seen = shared_->with([&](Shared& shared) {
        reset = shared.reset;
        over = shared.side.down_over();
        return false;
      });
      if (over) co_return Result<>();
      if (reset) co_return fail_here();
      co_await writing_.wait(seen);
    }
  }

  void abort() noexcept override {
    aborted_ = true;
    reset();
  }

 private:
  [[nodiscard]] Error failure() const {
    if (aborted_) return io::IoError::aborted;
    return io::IoError::reset;
  }

  // What was taken goes on to who reads, also when the stream was reset behind it.
  bool take(Shared& shared, io::Chunk& chunk, Result<bool>& done) {
    const Bytes unread = shared.side.unread();
    if (unread.empty() || aborted_) {
      if (shared.reset) done = fail_here();
      if (!shared.reset && shared.side.up_ended()) done = true;
      return false;
    }
    chunk = loop_.pool().borrow();
    chunk.assign(unread.first(std::min(unread.size(), io::BufferPool::kRead)));
    shared.side.read(chunk.size());
    done = true;
    return true;
  }
  [[nodiscard]] std::unexpected<Error> fail_here() const { return std::unexpected(failure()); }

  void reset() {
    shared_->with([](Shared& shared) {
      shared.reset = true;
      return true;
    });
  }

  void watch(io::Clock::duration time) {
    watched_.emplace(loop_, time, [this] { look(); });
  }
  void look() {
    io::Clock::time_point last;
    shared_->with([&](const Shared& shared) {
      last = shared.last;
      return false;
    });
    const auto quiet = io::Clock::now() - last;
    if (quiet < forgotten_after_) return watch(forgotten_after_ - quiet);
    reset();
  }

  io::Loop& loop_;
  std::shared_ptr<Shared> shared_;
  Shared::Waiter reading_;
  Shared::Waiter writing_;
  io::Clock::duration forgotten_after_;
  std::optional<io::Deadline> watched_;
  bool aborted_ = false;
};

}  // namespace

io::StreamPtr server_stream(io::Loop& loop, std::shared_ptr<Shared> shared,
                            io::Clock::duration forgotten_after) {
  return std::make_unique<ServerStream>(loop, std::move(shared), forgotten_after);
}

}  // namespace rozaneh::http
