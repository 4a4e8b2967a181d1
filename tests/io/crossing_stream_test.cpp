#include "io/crossing_stream.h"

#include <gtest/gtest.h>

#include <future>

#include "io/error.h"
#include "io/loops.h"
#include "io/memory_stream.h"
#include "peers.h"
#include "run.h"

namespace rozaneh::io {
namespace {

constexpr std::size_t kMany = 300'000;

// Likes writes best that are as long as all before together, and one byte.
class FittingStream final : public Stream {
 public:
  explicit FittingStream(StreamPtr inner) : inner_(std::move(inner)) {}
  Task<Result<Chunk>> read() override { return inner_->read(); }
  Task<Result<>> write(Bytes bytes) override {
    written_ += bytes.size();
    return inner_->write(bytes);
  }
  Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }
  [[nodiscard]] Fit fit() const override { return {.tail = written_ + 1, .unit = 1'000}; }

 private:
  StreamPtr inner_;
  std::size_t written_ = 0;
};

// One end of a stream on the first loop, the other on the second, where a test's peer uses it, crossing over.
struct CrossingStreamTest : testing::Test {
  SilentLog log;
  Loops loops{log, 2};
  Loop& here = loops[0];
  Loop& there = loops[1];
  bool fits = false;

  // Runs a test's task here once the stream has been made there; and `peer` there, with the other end.
  template <class Ours, class Peer>
  void run(Ours ours_does, Peer peer_does) {
    there.post([this, ours_does, peer_does] {
      auto [near, far] = memory_streams(there);
      there.spawn(peer_does(std::move(far)));
      if (fits) near = std::make_unique<FittingStream>(std::move(near));
      auto crossing =
          std::make_shared<StreamPtr>(std::make_unique<CrossingStream>(here, there, std::move(near)));
      here.post([this, ours_does, crossing] { here.spawn(ours_does(loops, std::move(*crossing))); });
    });
    loops.run();
  }
};

Task<> hang_up(StreamPtr stream) {
  stream->abort();
  co_return;
}

Task<> write_all(std::shared_ptr<StreamPtr> stream) {
  const Buffer bytes = numbered(kMany);
  const auto written = co_await (*stream)->write(bytes);
  EXPECT_TRUE(written);
  const auto finished = co_await (*stream)->finish();
  EXPECT_TRUE(finished);
}

Task<> exchange(Loops& loops, StreamPtr given) {
  const auto stream = std::make_shared<StreamPtr>(std::move(given));
  loops[0].spawn(write_all(stream));
  Buffer back;
  while (true) {
    auto chunk = co_await (*stream)->read();
    EXPECT_TRUE(chunk);
    if (!chunk || chunk->empty()) break;
    append(back, chunk->bytes());
  }
  EXPECT_EQ(back, numbered(kMany));
  loops.stop();
}

TEST_F(CrossingStreamTest, CarriesBothWaysAndBothEnds) { run(exchange, echo); }

Task<> read_failure(Loops& loops, StreamPtr stream) {
  const auto chunk = co_await stream->read();
  EXPECT_FALSE(chunk && !chunk->empty());
  loops.stop();
}

TEST_F(CrossingStreamTest, BringsTheFailureOfTheOtherEnd) { run(read_failure, hang_up); }

Task<> abort_soon(Loops& loops, std::shared_ptr<StreamPtr> stream) {
  co_await loops[0].sleep(std::chrono::milliseconds(10));
  (*stream)->abort();
}

Task<> wait_and_abort(Loops& loops, StreamPtr given) {
  const auto stream = std::make_shared<StreamPtr>(std::move(given));
  loops[0].spawn(abort_soon(loops, stream));
  const auto chunk = co_await (*stream)->read();
  EXPECT_FALSE(chunk);
  if (!chunk) {
    EXPECT_TRUE(chunk.error().is(IoError::aborted));
  }
  loops.stop();
}

Task<> write_what_fits(Loops& loops, StreamPtr stream) {
  for (const std::size_t fitting : {1U, 2U, 4U, 8U}) {
    EXPECT_EQ(stream->fit().of(1'000), fitting);
    const Buffer bytes = numbered(fitting);
    const auto written = co_await stream->write(bytes);
    EXPECT_TRUE(written);
  }
  loops.stop();
}

TEST_F(CrossingStreamTest, KnowsWhatFitsTheNextWrite) {
  fits = true;
  run(write_what_fits, echo);
}

TEST_F(CrossingStreamTest, EndsWhatWaitsWhenAborted) { run(wait_and_abort, echo); }

Task<> read_and_forget(std::shared_ptr<StreamPtr> stream) {
  const auto chunk = co_await (*stream)->read();
  EXPECT_TRUE(chunk);
}

Task<> stop_while_reading(Loops& loops, StreamPtr given) {
  loops[0].spawn(read_and_forget(std::make_shared<StreamPtr>(std::move(given))));
  co_await loops[0].sleep(std::chrono::milliseconds(10));
  loops.stop();
}

TEST_F(CrossingStreamTest, MayBeWaitedForWhenTheLoopsEnd) { run(stop_while_reading, echo); }

}  // namespace
}  // namespace rozaneh::io
