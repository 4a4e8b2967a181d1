// Both ends over connections in memory that die when they like.
#include "transport/http/transport.h"

#include <gtest/gtest.h>

#include "transport/ends.h"
#include "transport/http/error.h"

namespace rozaneh::http {
namespace {

constexpr const char* kUrl = "http://bridge.example/a-path-that-nobody-guesses";

// Reads and writes so many bytes in all, then fails, as a connection does that is cut.
class Mortal final : public io::Stream {
 public:
  Mortal(io::StreamPtr inner, std::size_t life) : inner_(std::move(inner)), life_(life) {}

  io::Task<Result<io::Chunk>> read() override {
    auto chunk = co_await inner_->read();
    if (chunk) spend(chunk->size());
    if (chunk && dead_) chunk->drop_back(std::min(over_, chunk->size()));
    co_return chunk;
  }
  io::Task<Result<>> write(Bytes bytes) override {
    const Bytes first = bytes.first(std::min(bytes.size(), life_));
    const auto written = co_await inner_->write(first);
    spend(bytes.size());
    co_return written;
  }
  io::Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }

 private:
  void spend(std::size_t count) {
    over_ = count > life_ ? count - life_ : 0;
    life_ -= std::min(life_, count);
    dead_ = life_ == 0;
    if (dead_) inner_->abort();
  }

  io::StreamPtr inner_;
  std::size_t life_;
  std::size_t over_ = 0;
  bool dead_ = false;
};

// What the acceptor gives streams to: keeps the one that comes.
class Keeper final : public io::Handler {
 public:
  explicit Keeper(io::Loop& loop) : loop_(loop) {}

  io::Task<> serve(io::Loop& /*loop*/, io::StreamPtr stream, Endpoint /*peer*/) override {
    streams.push_back(std::move(stream));
    co_return;
  }
  io::Task<> wait() {
    while (streams.empty()) co_await loop_.sleep(std::chrono::milliseconds(1));
  }

  std::vector<io::StreamPtr> streams;

 private:
  io::Loop& loop_;
};

// Connections to an acceptor, each with a life of its own.
struct Network {
  explicit Network(transport::Ends& all, transport::Acceptor& to, io::MemoryStreamOptions with)
      : ends(all), acceptor(to), keeper(all.test.loop), options(with) {}

  io::StreamPtr connect() {
    auto [here, there] = io::memory_streams(ends.test.loop, options);
    ends.test.loop.spawn(serve(std::move(there)));
    ++connections;
    if (longest_life == 0) return std::move(here);
    // The first one has to last for the opening.
    const std::size_t life = connections == 1 ? 3000 : 1 + ends.random.below(longest_life);
    return std::make_unique<Mortal>(std::move(here), life);
  }
  io::Task<> serve(io::StreamPtr raw) {
    const auto served = co_await acceptor.serve(ends.test.loop, std::move(raw), Endpoint(), keeper);
    if (!served) ++strangers;
  }

  transport::Ends& ends;
  transport::Acceptor& acceptor;
  Keeper keeper;
  io::MemoryStreamOptions options;
  std::uint32_t longest_life = 0;  // bytes; 0: for ever
  int connections = 0;
  int strangers = 0;
};

class Wire final : public io::Dialer {
 public:
  explicit Wire(Network& network) : network_(network) {}
  io::Task<Result<io::StreamPtr>> dial(const Target& target) override {
    (void)target;
    co_return network_.connect();
  }
  [[nodiscard]] std::unique_ptr<io::Dialer> clone() const override { return std::make_unique<Wire>(*this); }

 private:
  Network& network_;
};

struct HttpCarrierTest : testing::Test {
  void make(io::MemoryStreamOptions options, std::uint32_t longest_life = 0) {
    made_acceptor = ends.acceptor({{"url", kUrl}});
    ASSERT_TRUE(made_acceptor) << made_acceptor.error().message();
    made_connector = ends.connector((*made_acceptor)->client_arguments());
    ASSERT_TRUE(made_connector) << made_connector.error().message();
    network.emplace(ends, **made_acceptor, options);
    network->longest_life = longest_life;
    ends.test.spawn(open());
    ends.run();
    ASSERT_TRUE(ends.client) << ends.client.error().message();
    ASSERT_EQ(network->keeper.streams.size(), 1U);
  }
  void SetUp() override { ends.test.leaves_rest = true; }
  // Streams are ended before the loop that they live on.
  void TearDown() override {
    ends.client = nullptr;
    if (network) network->keeper.streams.clear();
  }
  io::Task<> open() {
    Wire wire(*network);
    const Target nowhere("192.0.2.1", 80);
    ends.client = co_await (*made_connector)->open(ends.test.loop, wire, nowhere);
    if (ends.client) co_await network->keeper.wait();
  }
  [[nodiscard]] io::Stream& client() { return **ends.client; }
  [[nodiscard]] io::Stream& server() { return *network->keeper.streams.front(); }

  void carry_both_ways(std::size_t size) {
    const Buffer bytes = transport::numbered(size);
    const auto up = ends.carry(client(), server(), bytes);
    ASSERT_TRUE(up) << up.error().message();
    EXPECT_TRUE(*up == bytes) << up->size();
    const auto down = ends.carry(server(), client(), bytes);
    ASSERT_TRUE(down) << down.error().message();
    EXPECT_TRUE(*down == bytes) << down->size();
  }

  std::unique_ptr<transport::Transport> http = make_transport();
  Result<std::unique_ptr<transport::Acceptor>> made_acceptor = nullptr;
  Result<std::unique_ptr<transport::Connector>> made_connector = nullptr;
  std::optional<Network> network;
  // The loop goes first, with what it still runs.
  transport::Ends ends{*http};
};

TEST_F(HttpCarrierTest, DoesNotProveItsClients) {
  EXPECT_EQ(http->name(), "http");
  EXPECT_FALSE(http->proves_client());
}

TEST_F(HttpCarrierTest, CarriesBothDirectionsAndTheirEnds) {
  make({});
  carry_both_ways(1'000'000);
  EXPECT_EQ(network->connections, 2) << "one up, one down, and both used again";
  EXPECT_EQ(network->strangers, 0);
}

TEST_F(HttpCarrierTest, CarriesNothingAndItsEnds) {
  make({});
  carry_both_ways(0);
}

TEST_F(HttpCarrierTest, CarriesThroughReadsOfOneByte) {
  make({.read_limit = 1});
  carry_both_ways(3000);
}

TEST_F(HttpCarrierTest, LosesNothingWhereConnectionsDieAtAnyByte) {
  make({}, 30'000);
  carry_both_ways(150'000);
  EXPECT_GT(network->connections, 10);
}

TEST_F(HttpCarrierTest, TellsTheServerThatTheClientGaveUp) {
  make({});
  ends.client->reset();
  Result<Buffer> received = Buffer();
  ends.test.spawn(transport::receive_all(server(), received));
  ends.run();
  EXPECT_FALSE(received) << "an end that was none";
}

TEST_F(HttpCarrierTest, TellsTheClientThatTheServerGaveUp) {
  make({});
  network->keeper.streams.clear();
  Result<Buffer> received = Buffer();
  ends.test.spawn(transport::receive_all(client(), received));
  ends.run();
  ASSERT_FALSE(received);
  EXPECT_TRUE(received.error().is(HttpCarrierError::reset)) << received.error().message();
}

TEST_F(HttpCarrierTest, ClientWithAnotherPathMeetsTheSite) {
  made_acceptor = ends.acceptor({{"url", kUrl}});
  ASSERT_TRUE(made_acceptor) << made_acceptor.error().message();
  made_connector = ends.connector({{"url", "http://bridge.example/another-path"}});
  network.emplace(ends, **made_acceptor, io::MemoryStreamOptions());
  ends.test.spawn(open());
  ends.run();
  ASSERT_FALSE(ends.client);
  EXPECT_TRUE(ends.client.error().is(HttpCarrierError::refused)) << ends.client.error().message();
  EXPECT_TRUE(network->keeper.streams.empty());
}

TEST_F(HttpCarrierTest, RefusesWrongArguments) {
  const Arguments server[] = {
      {},
      {{"url", "bridge.example"}},
      {{"url", kUrl}, {"streams", "0"}},
      {{"url", kUrl}, {"streams", "many"}},
      {{"url", kUrl}, {"type", "image"}},
      {{"url", "http://bridge.example/short"}},
  };
  for (const Arguments& arguments : server) EXPECT_FALSE(ends.acceptor(arguments));
  const Arguments client[] = {
      {},
      {{"url", kUrl}, {"poll", "0"}},
      {{"url", kUrl}, {"poll", "56"}},
      {{"url", kUrl}, {"type", "a b"}},
      {{"url", kUrl}, {"via", "nowhere"}},
      {{"url", "https://bridge.example/a-path-that-nobody-guesses"}, {"via", "192.0.2.1:3128"}},
  };
  for (const Arguments& arguments : client) EXPECT_FALSE(ends.connector(arguments));
}

}  // namespace
}  // namespace rozaneh::http
