// Numbers that a rule waits for, and one on either side of each.
#include <gtest/gtest.h>

#include "lab_censor/conversation.h"

namespace rozaneh::lab {
namespace {

TEST(Age, Of60SecondsCutsAtThatMomentAndNotBefore) {
  for (const double scale : {1.0, 20.0}) {
    Path path(rule("sees = { what = 'tls' }\nonce = { age = 60 }\ndrops = 'both'"), {.scale = scale});
    Tcp tcp(path);
    path.now = seconds(100);
    tcp.open();
    EXPECT_TRUE(tcp.up(hello_for("a.example")));
    path.now = seconds(100) + Moment(seconds(60)) / static_cast<int>(scale) - Moment(1);
    EXPECT_TRUE(tcp.up("x"));
    EXPECT_TRUE(tcp.down("x"));
    path.now += Moment(1);
    EXPECT_FALSE(tcp.down("x"));
    EXPECT_FALSE(tcp.up("x"));
  }
}

TEST(Age, DoesNotConcernWhatWasNotSeen) {
  Path path(rule("sees = { what = 'tls' }\nonce = { age = 60 }\ndrops = 'both'"));
  Tcp tcp(path);
  tcp.open();
  tcp.up("GET / HTTP/1.1\r\n\r\n");
  path.now = seconds(100);
  EXPECT_TRUE(tcp.down("x"));
}

TEST(Age, IsWaitedForWithoutKeepingTheStreams) {
  Path path(rule("sees = { what = 'tls' }\nonce = { age = 60 }\ndrops = 'both'"));
  Tcp tcp(path);
  tcp.open();
  tcp.up(hello_for("a.example"));
  for (int i = 0; i < 200; ++i) EXPECT_TRUE(tcp.down(Buffer(1400)));
  path.now = seconds(60);
  EXPECT_FALSE(tcp.down("x"));
}

// `most` bytes get through from the server, in two packets.
TEST(BytesDown, Of16384FreezeWithTheByteThatReachesThem) {
  for (const std::size_t size : {16383U, 16384U, 16385U}) {
    Path path(rule("sees = { what = 'tls' }\nonce = { bytes-down = 16384 }\ndrops = 'both'"));
    Tcp tcp(path);
    tcp.open();
    EXPECT_TRUE(tcp.up(hello_for("a.example")));
    EXPECT_TRUE(tcp.down(Buffer(16000)));
    EXPECT_EQ(tcp.down(Buffer(size - 16000)), size < 16384) << size;
    EXPECT_EQ(tcp.up("x"), size < 16384) << size;
    EXPECT_EQ(path.out.size(), 0U) << "it freezes silently";
  }
}

TEST(BytesDown, CountsFromTheConnectionsBeginningAndPayloadAlone) {
  Path path(rule("sees = { what = 'tls' }\nonce = { bytes-down = 16384 }\ndrops = 'both'\nlets-pass = true"));
  Tcp tcp(path);
  tcp.open();
  EXPECT_TRUE(tcp.down(Buffer(16383)));  // before the client's hello
  for (int i = 0; i < 10; ++i) tcp.ack();
  EXPECT_TRUE(tcp.up(hello_for("a.example")));
  EXPECT_TRUE(tcp.down("x")) << "lets-pass: the packet that reaches it gets through";
  EXPECT_FALSE(tcp.down("x"));
}

TEST(PacketsAfter, OfSixLetsSixPassThatFollowTheSightAndNotTheSeventh) {
  for (const std::string stream : {"true", "false"}) {
    Path path(rule("sees = { what = 'tls-client-hello', stream = " + stream +
                   " }\nonce = { packets-after = 6 }\ndrops = 'both'"));
    Tcp tcp(path);
    tcp.open();
    EXPECT_TRUE(tcp.up(hello_for("a.example")));
    for (int i = 1; i <= 6; ++i) EXPECT_TRUE(tcp.down("x")) << i;
    EXPECT_FALSE(tcp.down("x"));
    EXPECT_FALSE(tcp.up("x"));
  }
}

TEST(Connections, ToOneEndpointLetTwoPassAndNotTheThird) {
  Path path(rule("sees = { what = 'ssh' }\nonce = { connections = 3 }\ndrops = 'both'"));
  const auto connect = [&path](std::uint16_t port, std::string_view client, std::uint16_t to) {
    Tcp tcp(path, port, {address("198.51.100.2"), to}, address(client));
    return tcp.open().up("SSH-2.0-x\r\n");
  };
  EXPECT_TRUE(connect(40000, "192.0.2.2", 22));
  EXPECT_TRUE(connect(40000, "192.0.2.3", 22)) << "of all clients";
  for (std::uint16_t i = 0; i < 5; ++i)
    EXPECT_EQ(connect(41000 + i, "192.0.2.2", 23), i < 2) << "of one endpoint";
  EXPECT_FALSE(connect(42000, "192.0.2.4", 22));
}

const std::string kSeven =
    "sees = { what = 'tls-client-hello' }\nonce = { simultaneous = 7 }\ndrops = 'both'\n";

// Opens so many TLS connections from this port on; answers how many hellos got through.
int open_tls(Path& path, int count, std::uint16_t port, IpAddress client = address("192.0.2.2")) {
  int passed = 0;
  for (int i = 0; i < count; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(port + i), {address("198.51.100.2"), 443}, client);
    tcp.open();
    passed += tcp.up(hello_for("a.example")) ? 1 : 0;
  }
  return passed;
}

TEST(Simultaneous, LetsSixPassAndNotTheSeventhOrEighth) {
  for (const int count : {6, 7, 8}) {
    Path path(rule(kSeven));
    EXPECT_EQ(open_tls(path, count, 40000), 6) << count;
  }
}

TEST(Simultaneous, CutsTheOthersTooOnceItIsReached) {
  Path path(rule(kSeven));
  Tcp first(path, 39999);
  first.open();
  first.up(hello_for("a.example"));
  EXPECT_EQ(open_tls(path, 5, 40000), 5);
  EXPECT_TRUE(first.up("x"));
  EXPECT_EQ(open_tls(path, 1, 41000), 0);
  EXPECT_FALSE(first.up("x"));
}

TEST(Simultaneous, CountsOneClientAtOneEndpointAndTlsAlone) {
  Path path(rule(kSeven));
  EXPECT_EQ(open_tls(path, 6, 40000), 6);
  EXPECT_EQ(open_tls(path, 6, 40000, address("192.0.2.3")), 6);
  Tcp elsewhere(path, 42000, {address("198.51.100.2"), 8443});
  elsewhere.open();
  EXPECT_TRUE(elsewhere.up(hello_for("a.example")));
  Tcp other(path, 42001);
  other.open();
  EXPECT_TRUE(other.up("SSH-2.0-x\r\n"));
  EXPECT_EQ(open_tls(path, 1, 43000), 0);
}

TEST(Simultaneous, ForgetsConnectionsThatBothSidesOrAResetEnded) {
  for (const bool reset : {false, true}) {
    Path path(rule(kSeven));
    for (int i = 0; i < 50; ++i) {
      Tcp tcp(path, static_cast<std::uint16_t>(40000 + i));
      tcp.open();
      ASSERT_TRUE(tcp.up(hello_for("a.example"))) << i;
      if (reset) {
        tcp.rst(i % 2 == 0 ? Direction::up : Direction::down);
      } else {
        tcp.fin(Direction::up);
        tcp.fin(Direction::down);
        tcp.ack();
      }
    }
    EXPECT_EQ(open_tls(path, 7, 45000), 6);
  }
}

TEST(Simultaneous, StillCountsHalfClosedConnections) {
  Path path(rule(kSeven));
  for (std::uint16_t i = 0; i < 6; ++i) {
    Tcp tcp(path, static_cast<std::uint16_t>(40000 + i));
    tcp.open();
    tcp.up(hello_for("a.example"));
    tcp.fin(Direction::up);
  }
  EXPECT_EQ(open_tls(path, 1, 45000), 0);
}

TEST(Simultaneous, ForgetsConnectionsThatWereIdleTooLong) {
  Path path(rule(kSeven));
  EXPECT_EQ(open_tls(path, 6, 40000), 6);
  path.now += seconds(480);
  EXPECT_EQ(open_tls(path, 6, 41000), 6);
}

TEST(Simultaneous, CountsAConnectionOnceHoweverOftenItsPacketShowsIt) {
  Path path(rule(
      "sees = { what = 'tls-client-hello', stream = false }\nonce = { simultaneous = 2 }\ndrops = 'both'"));
  Tcp tcp(path);
  tcp.open();
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(tcp.up(hello_for("a.example")));
  EXPECT_EQ(open_tls(path, 1, 41000), 0);
}

}  // namespace
}  // namespace rozaneh::lab
