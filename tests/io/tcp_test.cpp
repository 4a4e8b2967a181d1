// Real sockets on loopback.
#include <sys/resource.h>

#include "io/deadline.h"
#include "io/dial.h"
#include "io/error.h"
#include "io/listener.h"
#include "run.h"

namespace rozaneh::io {
namespace {

const Endpoint kLoopback{IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 0};

Task<> echo_once(Listener& listener) {
  auto accepted = co_await listener.accept();
  EXPECT_TRUE(accepted);
  if (!accepted) co_return;
  for (;;) {
    const auto chunk = co_await accepted->stream->read();
    EXPECT_TRUE(chunk);
    if (!chunk || chunk->empty()) break;
    const auto written = co_await accepted->stream->write(chunk->bytes());
    EXPECT_TRUE(written);
  }
  co_await accepted->stream->finish();
}

Task<> send_all(Stream& stream, const Buffer& bytes) {
  const auto written = co_await stream.write(bytes);
  EXPECT_TRUE(written);
  co_await stream.finish();
}

Task<> read_all(Stream& stream, Buffer& got) {
  for (;;) {
    const auto chunk = co_await stream.read();
    EXPECT_TRUE(chunk);
    if (!chunk || chunk->empty()) co_return;
    append(got, chunk->bytes());
  }
}

Task<> dial_into(TcpDialer& dialer, Target target, Result<StreamPtr>& into) {
  into = co_await dialer.dial(target);
}

Task<> dial_and_read(TestLoop& test, Endpoint at, const Buffer& bytes, Buffer& got) {
  TcpDialer dialer(test.loop);
  auto stream = co_await dialer.dial(at);
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  test.spawn(send_all(**stream, bytes));
  co_await read_all(**stream, got);
  // The writer was done before the echo could end.
}

TEST(Tcp, BytesComeBackWholeAndTheHalfCloseWithThem) {
  for (const char* at : {"127.0.0.1:0", "[::1]:0"}) {
    TestLoop test;
    auto listener = Listener::open(test.loop, *Endpoint::parse(at));
    ASSERT_TRUE(listener) << listener.error().message();
    const Buffer bytes = test.loop.random().bytes(3'000'000);
    Buffer got;
    test.spawn(echo_once(*listener));
    test.spawn(dial_and_read(test, listener->endpoint(), bytes, got));
    test.run();
    EXPECT_EQ(got, bytes);
  }
}

TEST(Tcp, AnUnusedPortIsRefused) {
  TestLoop test;
  Endpoint free;
  {
    auto listener = Listener::open(test.loop, kLoopback);
    ASSERT_TRUE(listener);
    free = listener->endpoint();
  }
  TcpDialer dialer(test.loop);
  Result<StreamPtr> stream;
  test.spawn(dial_into(dialer, free, stream));
  test.run();
  ASSERT_FALSE(stream);
  EXPECT_TRUE(stream.error().is(IoError::refused)) << stream.error().message();
}

TEST(Tcp, AnAddressInUseIsSaid) {
  TestLoop test;
  // Without SO_REUSEPORT on both sides the port is not to be shared.
  const int other = socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(other, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
  ASSERT_EQ(listen(other, 1), 0);
  socklen_t size = sizeof address;
  ASSERT_EQ(getsockname(other, reinterpret_cast<sockaddr*>(&address), &size), 0);
  const auto listener = Listener::open(test.loop, {kLoopback.address, ntohs(address.sin_port)});
  close(other);
  ASSERT_FALSE(listener);
  EXPECT_TRUE(listener.error().is(IoError::address_in_use)) << listener.error().message();
}

Task<> read_with_deadline(Loop& loop, Listener& listener, Result<Chunk>& outcome) {
  auto accepted = co_await listener.accept();
  const Deadline limit(loop, std::chrono::milliseconds(50), *accepted->stream);
  outcome = co_await accepted->stream->read();
}

TEST(Tcp, ADeadlineEndsARead) {
  TestLoop test;
  auto listener = Listener::open(test.loop, kLoopback);
  Result<Chunk> outcome;
  Result<StreamPtr> client;
  TcpDialer dialer(test.loop);
  test.spawn(read_with_deadline(test.loop, *listener, outcome));
  test.spawn(dial_into(dialer, listener->endpoint(), client));
  test.run();
  ASSERT_FALSE(outcome);
  EXPECT_TRUE(outcome.error().is(IoError::aborted)) << outcome.error().message();
}

Task<> accept_two(Listener& listener, int& accepted) {
  for (int i = 0; i < 2; ++i) {
    auto connection = co_await listener.accept();
    if (connection) ++accepted;
  }
}

Task<> dial_without_descriptors(TestLoop& test, Endpoint at) {
  TcpDialer dialer(test.loop);
  auto first = co_await dialer.dial(at);
  EXPECT_TRUE(first);
  rlimit old{};
  getrlimit(RLIMIT_NOFILE, &old);
  // Room for the client's own socket but not for the accepted one.
  const int probe = dup(0);
  rlimit tight = old;
  tight.rlim_cur = static_cast<rlim_t>(probe) + 1;
  close(probe);
  setrlimit(RLIMIT_NOFILE, &tight);
  auto second = co_await dialer.dial(at);
  co_await test.loop.sleep(std::chrono::milliseconds(250));
  setrlimit(RLIMIT_NOFILE, &old);
  EXPECT_TRUE(second);
  co_await test.loop.sleep(std::chrono::milliseconds(250));
}

TEST(Tcp, AcceptsAgainAfterDescriptorsRanOut) {
  TestLoop test;
  auto listener = Listener::open(test.loop, kLoopback);
  int accepted = 0;
  test.spawn(accept_two(*listener, accepted));
  test.spawn(dial_without_descriptors(test, listener->endpoint()));
  test.run();
  EXPECT_EQ(accepted, 2);
  EXPECT_FALSE(test.log.lines.empty()) << "the shortage was not reported";
}

}  // namespace
}  // namespace rozaneh::io
