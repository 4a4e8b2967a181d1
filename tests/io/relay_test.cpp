#include "io/relay.h"

#include "io/error.h"
#include "io/memory_stream.h"
#include "peers.h"
#include "run.h"

namespace rozaneh::io {
namespace {

struct RelayTest : testing::Test {
  TestLoop test;
  std::pair<StreamPtr, StreamPtr> left = memory_streams(test.loop);
  std::pair<StreamPtr, StreamPtr> right = memory_streams(test.loop);
  Counters counters;
  Result<> outcome = fail(IoError::other);

  Task<> relay_both(RelayOptions options = {}) {
    outcome = co_await relay(test.loop, *left.second, *right.first, counters, options);
    left.second.reset();
    right.first.reset();
  }
};

TEST_F(RelayTest, CarriesBothDirectionsToTheirEnds) {
  const Buffer up = numbered(300'000);
  const Buffer down = numbered(777);
  Buffer got_up;
  Buffer got_down;
  test.spawn(relay_both());
  test.spawn(send_and_finish(*left.first, up));
  test.spawn(send_and_finish(*right.second, down));
  test.spawn(receive_all(*right.second, got_up));
  test.spawn(receive_all(*left.first, got_down));
  test.run();
  EXPECT_TRUE(outcome);
  EXPECT_EQ(got_up, up);
  EXPECT_EQ(got_down, down);
  EXPECT_EQ(counters.up, up.size());
  EXPECT_EQ(counters.down, down.size());
  EXPECT_EQ(test.loop.pool().lent(), 0U);
}

Task<> answer_after_end(Stream& stream, Buffer answer) {
  Buffer ignored;
  co_await receive_all(stream, ignored);
  co_await send_and_finish(stream, std::move(answer));
}

TEST_F(RelayTest, AHalfCloseLetsTheOtherDirectionGoOn) {
  const Buffer answer = numbered(100'000);
  Buffer got;
  test.spawn(relay_both());
  test.spawn(send_and_finish(*left.first, numbered(5)));
  test.spawn(answer_after_end(*right.second, answer));
  test.spawn(receive_all(*left.first, got));
  test.run();
  EXPECT_TRUE(outcome);
  EXPECT_EQ(got, answer);
}

Task<> abort_soon(Stream& stream) {
  stream.abort();
  co_return;
}

TEST_F(RelayTest, AFailureOfOneSideEndsBothAtOnce) {
  test.spawn(relay_both());
  test.spawn(abort_soon(*right.second));
  test.run();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(IoError::reset));
}

TEST_F(RelayTest, SilenceEndsItAfterTheIdleLimit) {
  test.spawn(relay_both({.idle_limit = std::chrono::seconds(1)}));
  test.run();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(IoError::timed_out));
}

Task<> write_until_it_waits(Stream& stream, std::size_t& written) {
  const Buffer piece(10'000);
  for (;;) {
    const auto result = co_await stream.write(piece);
    if (!result) co_return;
    written += piece.size();
  }
}

Task<> look_then_abort(Loop& loop, Stream& stream, std::size_t& written, std::size_t& seen) {
  co_await loop.sleep(std::chrono::milliseconds(200));
  seen = written;
  stream.abort();
}

TEST_F(RelayTest, AReaderThatStopsMakesTheWriterWaitInBoundedMemory) {
  std::size_t written = 0;
  std::size_t seen = 0;
  test.spawn(relay_both());
  test.spawn(write_until_it_waits(*left.first, written));
  test.spawn(look_then_abort(test.loop, *right.second, written, seen));
  test.run();
  EXPECT_GT(seen, 0U);
  // Two windows of 64 KiB, and what the relay holds of one read.
  EXPECT_LE(seen, 3 * 64 * 1024U);
}

}  // namespace
}  // namespace rozaneh::io
