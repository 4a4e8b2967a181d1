#include "transport/obfs2/transport.h"

#include "transport/ends.h"
#include "transport/obfs2/error.h"

namespace rozaneh::obfs2 {
namespace {

TEST(Obfs2, CarriesBothDirectionsAndTheirEnds) {
  const auto obfs2 = make_transport();
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 1447, 1448, 65535, 65537, 1'000'000})
    transport::expect_both_directions(*obfs2, {}, {}, size);
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 3000})
    transport::expect_both_directions(*obfs2, {}, {.read_limit = 1}, size);
}

TEST(Obfs2, SaysThatItHidesNothing) {
  const auto obfs2 = make_transport();
  EXPECT_EQ(obfs2->name(), "obfs2");
  EXPECT_FALSE(obfs2->warning().empty());
  EXPECT_FALSE(obfs2->proves_client());
}

TEST(Obfs2, RefusesASharedSecret) {
  const auto obfs2 = make_transport();
  transport::Ends ends(*obfs2);
  EXPECT_FALSE(ends.connector({{"shared-secret", "x"}}));
  EXPECT_FALSE(ends.acceptor({{"shared-secret", "x"}}));
}

io::Task<> say(io::StreamPtr raw, Bytes bytes) {
  const auto written = co_await raw->write(bytes);
  EXPECT_TRUE(written);
  const auto chunk = co_await raw->read();
}
io::Task<> accept(transport::Ends& ends, transport::Acceptor& acceptor, io::StreamPtr raw) {
  auto accepted = co_await acceptor.accept(ends.test.loop, std::move(raw));
  ends.server = transport::stream_of(std::move(accepted));
}

TEST(Obfs2, GivesUpOnAPeerThatSpeaksSomethingElse) {
  const auto obfs2 = make_transport();
  transport::Ends ends(*obfs2);
  const auto acceptor = ends.acceptor({});
  auto [here, there] = io::memory_streams(ends.test.loop);
  ends.test.spawn(say(std::move(here), bytes_of("GET / HTTP/1.1\r\nHost: example.org\r\n\r\n")));
  ends.test.spawn(accept(ends, **acceptor, std::move(there)));
  ends.run();
  ASSERT_FALSE(ends.server);
  EXPECT_TRUE(ends.server.error().is(Obfs2Error::bad_magic)) << ends.server.error().message();
}

}  // namespace
}  // namespace rozaneh::obfs2
