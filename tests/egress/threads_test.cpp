// Sessions of a bridge on three threads. Each session has several connections, which land on whatever thread
// accepts them and are cut all the time, while it is asked how it does, changed, stopped for a look at all it
// has, and drained:
//
//   exchange - Client === TCP, cut === Server - Bridge - SessionStreams - OpenEgress - echo
//
// run under ThreadSanitizer too.
#include <gtest/gtest.h>

#include <thread>

#include "crypto/random.h"
#include "egress/bridge.h"
#include "egress/open.h"
#include "egress/sessions.h"
#include "io/loops.h"
#include "io/peers.h"
#include "io/run.h"
#include "transport/catalog.h"
#include "tunnel/client.h"
#include "tunnel/cut_stream.h"

namespace rozaneh::egress {
namespace {

using namespace std::chrono_literals;

const Endpoint kAnyPort = *Endpoint::parse("127.0.0.1:0");
constexpr std::size_t kThreads = 3;
constexpr std::size_t kCutAfter = 150'000;  // bytes up
constexpr std::size_t kClients = 3;
constexpr std::size_t kStreams = 6;  // of each at once
constexpr std::size_t kRounds = 4;
constexpr std::size_t kSize = 60'000;

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

// The bridge and what it leads to; everything that outlives the loops, and the loops.
struct World {
  World() {
    acceptor = std::move(*transport::find(catalog, "plain")
                              ->acceptor({.arguments = {}, .state = state, .random = random, .log = log}));
    bridge = std::make_unique<Bridge>(
        *acceptor, open, counters, log,
        Bridge::Options{.transport = "plain", .tunnel = &tunnel, .sessions_only = true});
    echo_at = *server.listen(kAnyPort, echo);
    bridge_at = *server.listen(kAnyPort, *bridge);
    tunnel.change_users(users);
  }

  QuietLog log;
  crypto::SystemRandom random;
  io::MemoryState state;
  transport::Catalog catalog = transport::catalog();
  Counters counters;
  OpenEgress open{{.allow_private = true}};
  Echo echo;
  SessionStreams streams{open, counters, log, {}};
  std::unique_ptr<transport::Acceptor> acceptor;
  std::unique_ptr<Bridge> bridge;
  io::ConnectionLimits limits{{}};
  io::Loops loops{log, kThreads};
  io::Server server{loops, limits};
  crypto::KeyPair key = crypto::make_key_pair(random);
  tunnel::Server tunnel{key, streams, {}, random};
  tunnel::Credential credential = tunnel::make_credential(random);
  tunnel::Users users = *tunnel::Users::parse(
      tunnel::serialize_user({.name = "all", .hash = tunnel::hash_credential(credential.bytes())}), "users");
  Endpoint echo_at;
  Endpoint bridge_at;
};

class CutCarrier final : public tunnel::Carrier {
 public:
  explicit CutCarrier(const Endpoint& at) : at_(at) {}

  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t /*at_once*/) override {
    io::TcpDialer dialer(loop);
    auto stream = co_await dialer.dial(at_);
    if (!stream) co_return std::unexpected(stream.error());
    co_return std::make_unique<tunnel::CutStream>(std::move(*stream), kCutAfter, tally);
  }

  std::shared_ptr<tunnel::Tally> tally = std::make_shared<tunnel::Tally>();

 private:
  Endpoint at_;
};

io::Task<> exchange(io::TestLoop& test, tunnel::Client& client, Target target, std::size_t& good) {
  for (std::size_t i = 0; i < kRounds; ++i) {
    auto stream = co_await client.open(target);
    EXPECT_TRUE(stream) << stream.error().message();
    if (!stream) co_return;
    const Buffer bytes = io::numbered(kSize);
    test.spawn(io::send_and_finish(**stream, bytes));
    Buffer back;
    co_await io::receive_all(**stream, back);
    if (back == bytes) ++good;
  }
}

// What the bridge's commands do on its first thread: SIGUSR1, SIGHUP, and SIGUSR2 where nobody takes over.
void ask_and_change(World& world) {
  EXPECT_LE(world.tunnel.sessions(), kClients);
  (void)world.limits.held();
  world.tunnel.change_users(world.users);
  world.tunnel.change_limits({.total = 100, .per_address = 0});
  world.loops.while_paused([&world] {
    const auto handed = world.tunnel.hand_over([](Bytes) { return Result<>(); }, 1U << 30U, 1'000);
    EXPECT_TRUE(handed);
  });
}

io::Task<> ask_again_and_again(World& world, std::shared_ptr<std::atomic<bool>> over) {
  while (!*over) {
    ask_and_change(world);
    co_await world.loops.first().sleep(2ms);
  }
}

struct ThreadsTest : testing::Test {
  World world;
  io::TestLoop test;
  std::vector<std::shared_ptr<tunnel::Client>> clients;
  std::vector<std::shared_ptr<CutCarrier>> carriers;

  void add_client() {
    carriers.push_back(std::make_shared<CutCarrier>(world.bridge_at));
    clients.push_back(tunnel::Client::make(test.loop,
                                           {.server = world.key.public_key,
                                            .credential = world.credential,
                                            .policy = {.connections = 3, .most = 4, .age = 100ms}},
                                           carriers.back()));
  }
};

io::Task<> be_refused(tunnel::Client& client, Target target) {
  const auto stream = co_await client.open(target);
  EXPECT_FALSE(stream);
  if (!stream) {
    EXPECT_TRUE(stream.error().is(tunnel::TunnelError::draining)) << stream.error().message();
  }
}

// Drains as a bridge does: who is there goes on, nobody new is taken, and at the end all are told.
io::Task<> drain(ThreadsTest& test, std::size_t& good) {
  World& world = test.world;
  world.bridge->drain();
  world.tunnel.drain();
  test.add_client();
  co_await be_refused(*test.clients.back(), world.echo_at);
  co_await exchange(test.test, *test.clients.front(), world.echo_at, good);
  const std::weak_ptr<void> telling = world.tunnel.end_all();
  while (!telling.expired() || world.tunnel.sessions() > 0) co_await test.test.loop.sleep(1ms);
}

io::Task<> count_off(io::Task<> task, std::size_t& left, io::Event& over) {
  co_await std::move(task);
  --left;
  over.notify();
}

io::Task<> use_and_drain(ThreadsTest& test, std::size_t& good) {
  io::Event over(test.test.loop);
  std::size_t left = kClients * kStreams;
  for (std::size_t i = 0; i < kClients * kStreams; ++i) {
    tunnel::Client& client = *test.clients[i % kClients];
    test.test.spawn(count_off(exchange(test.test, client, test.world.echo_at, good), left, over));
  }
  while (left > 0) co_await over.wait();
  co_await drain(test, good);
}

TEST_F(ThreadsTest, NothingIsLostWhileABridgeIsCutAskedChangedAndDrained) {
  for (std::size_t i = 0; i < kClients; ++i) add_client();
  std::thread running([this] { world.loops.run(); });
  const auto over = std::make_shared<std::atomic<bool>>(false);
  world.loops.first().post([this, over] { world.loops.first().spawn(ask_again_and_again(world, over)); });
  std::size_t good = 0;
  test.spawn(use_and_drain(*this, good));
  test.run();
  *over = true;
  world.loops.stop();
  running.join();
  EXPECT_EQ(good, (kClients * kStreams + 1) * kRounds);
  for (std::size_t i = 0; i < kClients; ++i) EXPECT_GT(carriers[i]->tally->cut, 0U);
}

}  // namespace
}  // namespace rozaneh::egress
