// The whole row of parts in one process, on three threads:
//
//   application - ApplicationProxy - Ways - obfs4 === obfs4 - Bridge - OpenEgress - echo
//
// run under ThreadSanitizer too.
#include <gtest/gtest.h>

#include <thread>

#include "crypto/random.h"
#include "egress/bridge.h"
#include "egress/fixed.h"
#include "egress/open.h"
#include "io/drive.h"
#include "io/loops.h"
#include "io/peers.h"
#include "io/run.h"
#include "proxy/application.h"
#include "proxy/ways.h"
#include "wire/socks5_client.h"

namespace rozaneh::proxy {
namespace {

const Endpoint kAnyPort = *Endpoint::parse("127.0.0.1:0");

class QuietLog final : public Log {
 public:
  [[nodiscard]] bool enabled(Level level) const override { return level == Level::error; }
  void write(Level /*level*/, std::string_view line) override { ADD_FAILURE() << line; }
};

class Echo final : public io::Handler {
 public:
  io::Task<> serve(io::Loop& /*loop*/, io::StreamPtr stream, Endpoint /*peer*/) override {
    return io::echo(std::move(stream));
  }
};

class Observed final : public Observer {
 public:
  void race_started(std::size_t /*candidates*/, std::string_view /*why*/) override { ++races; }
  void candidate_started(const Candidate& /*candidate*/) override {}
  void candidate_lost(const Candidate& /*candidate*/, io::Clock::duration /*took*/) override {}
  void way_changed(const Candidate& /*way*/, io::Clock::duration /*took*/, const Error* failure) override {
    ++(failure == nullptr ? up : down);
  }
  void held_back(const Error& /*failure*/) override {}
  std::atomic<int> races = 0;
  std::atomic<int> up = 0;
  std::atomic<int> down = 0;
};

class NoMemory final : public Memory {
 public:
  Standing standing(const Candidate& /*candidate*/) override { return {}; }
  void succeeded(const Candidate& /*candidate*/, io::Clock::duration /*took*/) override {}
  void failed(const Candidate& /*candidate*/) override {}
};

// Everything that outlives the loops, and the loops.
struct World {
  explicit World(std::size_t threads) : loops(log, threads), server(loops, limits) {
    auto made = transport::find(catalog, "obfs4")
                    ->acceptor({.arguments = {}, .state = state, .random = random, .log = log});
    acceptor = std::move(*made);
    bridge = std::make_unique<egress::Bridge>(*acceptor, open, counters, log,
                                              egress::Bridge::Options{.transport = "obfs4"});
    echo_at = *server.listen(kAnyPort, echo);
    bridge_at = *server.listen(kAnyPort, *bridge);
  }

  std::shared_ptr<WayDialer> way(const Endpoint& at) {
    auto dialer =
        WayDialer::make({.transport = "obfs4", .server = at, .arguments = acceptor->client_arguments()},
                        catalog, state, random, log);
    EXPECT_TRUE(dialer);
    return std::move(*dialer);
  }

  void offer(const Ways::List& list) {
    ways = std::make_unique<Ways>(
        list, [](io::Loop& loop) { return std::make_unique<io::TcpDialer>(loop); }, memory, observed);
    proxy = std::make_unique<ApplicationProxy>(*ways, counters, log, ApplicationProxy::Options{});
    proxy_at = *server.listen(kAnyPort, *proxy);
  }

  QuietLog log;
  crypto::SystemRandom random;
  io::MemoryState state;
  transport::Catalog catalog = transport::catalog();
  Counters counters;
  egress::OpenEgress open{{.allow_private = true}};
  Echo echo;
  NoMemory memory;
  Observed observed;
  std::unique_ptr<transport::Acceptor> acceptor;
  std::unique_ptr<egress::Bridge> bridge;
  std::unique_ptr<Ways> ways;
  std::unique_ptr<ApplicationProxy> proxy;
  io::ConnectionLimits limits{{}};
  io::Loops loops;
  io::Server server;
  Endpoint echo_at;
  Endpoint bridge_at;
  Endpoint proxy_at;
};

io::Task<> send(io::Stream& stream, const Buffer& bytes) {
  const auto written = co_await stream.write(bytes);
  EXPECT_TRUE(written);
  co_await stream.finish();
}

// One application: asks for the echo through the proxy and compares what comes back.
io::Task<> use(io::TestLoop& test, Endpoint proxy, Target target, std::size_t size, int& good) {
  io::TcpDialer dialer(test.loop);
  auto stream = co_await dialer.dial(proxy);
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  Socks5Client request(target);
  auto got = co_await io::drive(**stream, request);
  if (!got) co_return;
  const Buffer bytes = test.loop.random().bytes(size);
  test.spawn(send(**stream, bytes));
  for (;;) {
    const auto chunk = co_await (*stream)->read();
    EXPECT_TRUE(chunk);
    if (!chunk || chunk->empty()) break;
    append(*got, chunk->bytes());
  }
  if (*got == bytes) ++good;
}

int use_many(World& world, int count, std::size_t size) {
  std::thread running([&world] { world.loops.run(); });
  int good = 0;
  {
    io::TestLoop test;
    for (int i = 0; i < count; ++i) test.spawn(use(test, world.proxy_at, world.echo_at, size, good));
    test.run();
  }
  world.loops.stop();
  running.join();
  return good;
}

TEST(EndToEnd, ManyApplicationsOverSeveralLoops) {
  World world(3);
  world.offer({world.way(world.bridge_at)});
  EXPECT_EQ(use_many(world, 60, 200'000), 60);
  EXPECT_EQ(world.observed.up, 1);
}

TEST(EndToEnd, AWayThatFailsGivesPlaceToTheNext) {
  World world(2);
  // Nobody listens on the first.
  const Endpoint nobody = *Endpoint::parse("127.0.0.1:1");
  world.offer({world.way(nobody), world.way(world.bridge_at)});
  EXPECT_EQ(use_many(world, 5, 1000), 5);
  EXPECT_GE(world.observed.down, 1);
  EXPECT_EQ(world.observed.up, 1);
}

TEST(EndToEnd, WithoutAWayNothingIsOpened) {
  World world(1);
  world.offer({world.way(*Endpoint::parse("127.0.0.1:1"))});
  EXPECT_EQ(use_many(world, 3, 10), 0);
  EXPECT_EQ(world.counters.failed, 3U);
}

}  // namespace
}  // namespace rozaneh::proxy
