// Client and server of the tunnel over connections that die.
#include <gtest/gtest.h>

#include "crypto/random.h"
#include "io/error.h"
#include "io/memory_stream.h"
#include "io/peers.h"
#include "io/run.h"
#include "tunnel/clients.h"
#include "tunnel/cut_stream.h"
#include "tunnel/server.h"
#include "wire/socks_reply.h"

namespace rozaneh::tunnel {
namespace {

using io::numbered;
using namespace std::chrono_literals;

const Target kEcho = *Target::parse("echo.example:7");
const Target kNobody = *Target::parse("nobody.example:7");

io::Task<> echo_flow(io::DatagramsPtr flow) {
  for (;;) {
    const auto datagram = co_await flow->receive();
    if (!datagram) co_return;
    if (text_of(datagram->bytes) == "end") co_return;
    flow->send(datagram->address, datagram->bytes);
  }
}

// Echoes what is sent to one name, and knows no other; and all datagrams of flows to any.
class EchoHandler final : public StreamHandler {
 public:
  void open(std::shared_ptr<Host> host, StreamNumber stream, StreamKind kind, const Target& target,
            const Endpoint& /*client*/) override {
    if (kind == StreamKind::udp) {
      host->loop().spawn(echo_flow(host->accept_flow(stream)));
    } else if (target == kEcho) {
      host->loop().spawn(io::echo(host->accept(stream)));
    } else {
      host->refuse(stream, Error(SocksReply::host_unreachable));
    }
  }
};

constexpr std::size_t kNever = std::size_t{1} << 60U;

// Connections in memory; each lives for so many bytes in each direction.
class MemoryCarrier final : public Carrier {
 public:
  MemoryCarrier(io::Loop& loop, Server& server) : loop_(loop), server_(server) {}

  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t at_once) override {
    ++dials;
    EXPECT_GE(at_once, 1U);
    if (refuses) co_return fail(io::IoError::refused);
    auto [near, far] = io::memory_streams(loop);
    loop.spawn(serve(std::make_unique<CutStream>(std::move(far), down, down_tally)));
    co_return std::make_unique<CutStream>(std::move(near), up, tally);
  }

  std::size_t up = kNever;
  std::size_t down = kNever;
  std::size_t dials = 0;
  std::shared_ptr<Tally> tally = std::make_shared<Tally>();
  std::shared_ptr<Tally> down_tally = std::make_shared<Tally>();
  bool refuses = false;

 private:
  io::Task<> serve(io::StreamPtr stream) { co_await server_.serve(loop_, std::move(stream), {}, Endpoint()); }

  io::Loop& loop_;
  Server& server_;
};

struct TunnelTest : testing::Test {
  io::TestLoop test;
  crypto::SeededRandom random{1};
  crypto::KeyPair key = crypto::make_key_pair(random);
  EchoHandler handler;
  Server server{key, handler, {}, random};
  std::shared_ptr<MemoryCarrier> its = std::make_shared<MemoryCarrier>(test.loop, server);
  MemoryCarrier& carrier = *its;
  std::shared_ptr<Client> client = Client::make(test.loop, {.server = key.public_key}, its);

  // Everything in a test waits for this one task.
  void run(io::Task<> task) {
    test.spawn(ending(std::move(task)));
    test.run();
  }

 private:
  io::Task<> ending(io::Task<> task) {
    co_await std::move(task);
    client->close();
  }
};

// What is sent comes back; counts itself off when it is over.
io::Task<> exchange(io::Loop& loop, Client& client, std::size_t size, std::size_t& left, io::Event& over) {
  auto stream = co_await client.open(kEcho);
  EXPECT_TRUE(stream) << stream.error().message();
  if (stream) {
    const Buffer bytes = numbered(size);
    loop.spawn(io::send_and_finish(**stream, bytes));
    Buffer back;
    co_await io::receive_all(**stream, back);
    EXPECT_EQ(back.size(), bytes.size());
    EXPECT_TRUE(back == bytes);
  }
  --left;
  over.notify();
}

io::Task<> exchange_many(io::Loop& loop, Client& client, std::size_t count, std::size_t size) {
  io::Event over(loop);
  std::size_t left = count;
  for (std::size_t i = 0; i < count; ++i) loop.spawn(exchange(loop, client, size, left, over));
  while (left > 0) co_await over.wait();
}

TEST_F(TunnelTest, CarriesStreamsBothWays) {
  run(exchange_many(test.loop, *client, 20, 300'000));
  EXPECT_EQ(carrier.dials, 1U);
}

TEST_F(TunnelTest, LosesNothingWhenItsConnectionsDie) {
  carrier.up = 500'000;
  carrier.down = 400'000;
  run(exchange_many(test.loop, *client, 10, 300'000));
  EXPECT_GE(carrier.dials, 300'000U * 10 / 500'000);
}

TEST_F(TunnelTest, LosesNothingWhenTheyDieEarly) {
  carrier.up = 9'000;
  carrier.down = 9'000;
  run(exchange_many(test.loop, *client, 3, 100'000));
}

io::Task<> exchange_datagrams(Client& client, MemoryCarrier& carrier) {
  const auto flow = co_await client.open_flow();
  EXPECT_TRUE(flow);
  if (!flow) co_return;
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kMaxDatagram}) {
    const Buffer bytes = numbered(size);
    EXPECT_TRUE((*flow)->send(kEcho, bytes));
    const auto back = co_await (*flow)->receive();
    EXPECT_TRUE(back && back->bytes == bytes && back->address == kEcho);
  }
  EXPECT_FALSE((*flow)->send(kEcho, numbered(kMaxDatagram + 1)));
  EXPECT_EQ(carrier.dials, 1U);
  EXPECT_TRUE((*flow)->send(kEcho, bytes_of("end")));
  const auto end = co_await (*flow)->receive();
  EXPECT_FALSE(end);
  EXPECT_TRUE((*flow)->ended());
  EXPECT_FALSE((*flow)->send(kEcho, bytes_of("late")));
}

TEST_F(TunnelTest, CarriesDatagramsUntilAFlowEnds) { run(exchange_datagrams(*client, carrier)); }

io::Task<> open_nobody(Client& client) {
  auto stream = co_await client.open(kNobody);
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  const auto chunk = co_await (*stream)->read();
  EXPECT_FALSE(chunk);
  if (!chunk) {
    EXPECT_TRUE(chunk.error().is(SocksReply::host_unreachable)) << chunk.error().message();
  }
}

TEST_F(TunnelTest, TellsWhyAStreamWasRefused) { run(open_nobody(*client)); }

io::Task<> open_without_a_way(Client& client) {
  const auto stream = co_await client.open(kEcho);
  EXPECT_FALSE(stream);
  if (!stream) {
    EXPECT_TRUE(stream.error().is(io::IoError::refused)) << stream.error().message();
  }
}

TEST_F(TunnelTest, FailsAtOnceWhereNoWayLeadsToTheServer) {
  carrier.refuses = true;
  run(open_without_a_way(*client));
}

io::Task<> meet_an_impostor(Client& client) {
  const auto stream = co_await client.open(kEcho);
  EXPECT_FALSE(stream);
}

TEST_F(TunnelTest, GivesNothingToAnotherServer) {
  Server other(crypto::make_key_pair(random), handler, {}, random);
  const auto astray = std::make_shared<MemoryCarrier>(test.loop, other);
  client = Client::make(test.loop, {.server = key.public_key}, astray);
  run(meet_an_impostor(*client));
  EXPECT_EQ(other.sessions(), 0U);
}

TEST_F(TunnelTest, AddsConnectionsUpToWhatIsWanted) {
  client = Client::make(test.loop, {.server = key.public_key, .policy = {.connections = 3}}, its);
  run(exchange_many(test.loop, *client, 10, 300'000));
  EXPECT_EQ(carrier.dials, 3U);
}

io::Task<> move_to_another_network(io::Loop& loop, Client& client) {
  auto stream = co_await client.open(kEcho);
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  const Buffer first = numbered(100);
  const Buffer second = numbered(200);
  const auto before = co_await (*stream)->write(first);
  client.network_changed();
  const auto after = co_await (*stream)->write(second);
  const auto finished = co_await (*stream)->finish();
  EXPECT_TRUE(before && after && finished);
  Buffer back;
  co_await io::receive_all(**stream, back);
  EXPECT_EQ(back, concat(first, second));
  co_await exchange_many(loop, client, 2, 10'000);
}

TEST_F(TunnelTest, MakesItsConnectionsAnewOnAnotherNetwork) {
  run(move_to_another_network(test.loop, *client));
  EXPECT_EQ(carrier.dials, 2U);
}

io::Task<> exchange_for_a_while(io::Loop& loop, Client& client) {
  for (int i = 0; i < 20; ++i) {
    co_await exchange_many(loop, client, 2, 50'000);
    co_await loop.sleep(10ms);
  }
}

TEST_F(TunnelTest, ReplacesConnectionsBeforeTheyGrowOld) {
  client = Client::make(test.loop, {.server = key.public_key, .policy = {.age = 50ms}}, its);
  run(exchange_for_a_while(test.loop, *client));
  EXPECT_GE(carrier.dials, 3U);
}

TEST_F(TunnelTest, LosesNothingWhenSeveralDieEarly) {
  carrier.up = 16'384;
  client = Client::make(test.loop, {.server = key.public_key, .policy = {.connections = 2, .most = 5}}, its);
  run(exchange_many(test.loop, *client, 3, 200'000));
}

TEST_F(TunnelTest, NeverHasMoreConnectionsThanItsPolicyAllows) {
  carrier.up = carrier.down = 60'000;
  const Policy counted{.connections = 1, .most = 1, .age = 20ms};
  client = Client::make(test.loop, {.server = key.public_key, .policy = counted}, its);
  run(exchange_for_a_while(test.loop, *client));
  EXPECT_GE(carrier.dials, 10U);
  EXPECT_EQ(carrier.tally->most_open, 1U);
}

// Where one that carries more dies, nothing dies.
TEST_F(TunnelTest, EndsConnectionsBeforeTheyHaveCarriedTooMuch) {
  carrier.up = carrier.down = 16'384;
  const Policy small{.connections = 2, .most = 5, .bytes_up = 16'000, .bytes_down = 16'000};
  client = Client::make(test.loop, {.server = key.public_key, .policy = small}, its);
  run(exchange_many(test.loop, *client, 3, 200'000));
  EXPECT_GE(carrier.dials, 600'000U / 16'000);
  EXPECT_EQ(carrier.tally->cut + carrier.down_tally->cut, 0U);
}

io::Task<> rest_and_go_on(io::Loop& loop, Client& client) {
  co_await exchange_many(loop, client, 1, 1000);
  while (client.connections() > 0) co_await loop.sleep(5ms);
  co_await exchange_many(loop, client, 1, 1000);
}

TEST_F(TunnelTest, HasNoConnectionsWhileItIsIdleIfItsPolicySaysSo) {
  client = Client::make(test.loop, {.server = key.public_key, .policy = {.idle = 20ms}}, its);
  run(rest_and_go_on(test.loop, *client));
  EXPECT_EQ(carrier.dials, 2U);
}

TEST_F(TunnelTest, PadsTheFirstRecordsOfBothSides) {
  const Policy padded{.padding = {.records = 5, .bytes = 4'000}};
  client = Client::make(test.loop, {.server = key.public_key, .policy = padded}, its);
  run(exchange_many(test.loop, *client, 1, 10));
  // Less than this of hellos and five records of 2,000 bytes in the mean: once in many thousand times.
  EXPECT_GE(carrier.tally->carried + carrier.down_tally->carried, 3'000U);
}

io::Task<> ask_early(Client& client) {
  auto stream = co_await client.open_early(kEcho);
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  const auto written = co_await (*stream)->write(numbered(1000));
  const auto finished = co_await (*stream)->finish();
  EXPECT_TRUE(written && finished);
  Buffer back;
  co_await io::receive_all(**stream, back);
  EXPECT_EQ(back, numbered(1000));
}

TEST_F(TunnelTest, OpensStreamsBeforeThereIsASession) { run(ask_early(*client)); }

// Takes the first message of each connection, and ends it.
class HelloTaker final : public Carrier {
 public:
  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t /*at_once*/) override {
    auto [near, far] = io::memory_streams(loop);
    loop.spawn(take(std::move(far)));
    co_return std::move(near);
  }

  std::vector<std::size_t> sizes;

 private:
  io::Task<> take(io::StreamPtr far) {
    const auto chunk = co_await far->read();
    if (chunk) sizes.push_back(chunk->bytes().size());
    far->abort();
  }
};

io::Task<> say_at_once(Client& client, std::size_t size) {
  auto stream = co_await client.open_early(kEcho);
  EXPECT_TRUE(stream);
  if (!stream) co_return;
  const Buffer word = numbered(size);
  const auto written = co_await (*stream)->write(word);
  EXPECT_TRUE(written);
  const auto answer = co_await (*stream)->read();
  EXPECT_FALSE(answer);
}

TEST_F(TunnelTest, SendsWhatIsSaidAtOnceWithTheHello) {
  const auto taker = std::make_shared<HelloTaker>();
  client = Client::make(test.loop, {.server = key.public_key}, taker);
  run(say_at_once(*client, 3000));
  ASSERT_EQ(taker->sizes.size(), 1U);
  EXPECT_GT(taker->sizes[0], 3000U);
}

io::Task<> ask_early_in_vain(Client& client) {
  auto stream = co_await client.open_early(kEcho);
  if (!stream) co_return;
  const auto chunk = co_await (*stream)->read();
  EXPECT_FALSE(chunk);
}

TEST_F(TunnelTest, FailsStreamsThatWereOpenedEarlyWhereNoSessionCanBeMade) {
  carrier.refuses = true;
  run(ask_early_in_vain(*client));
}

io::Task<> open_one_too_many(io::Loop& loop, const Server& server, Client& first, Client& second) {
  const auto there = co_await first.open(kEcho);
  EXPECT_TRUE(there);
  const auto refused = co_await second.open(kEcho);
  EXPECT_FALSE(refused);
  if (!refused) {
    EXPECT_TRUE(refused.error().is(TunnelError::refused)) << refused.error().message();
  }
  first.close();
  while (server.sessions() > 0) co_await loop.sleep(1ms);
  const auto free_again = co_await second.open(kEcho);
  EXPECT_TRUE(free_again);
}

TEST_F(TunnelTest, LimitsTheSessionsOfAnAddress) {
  Server limited(key, handler, {.sessions = {.total = 10, .per_address = 1}}, random);
  const auto carrier_of_both = std::make_shared<MemoryCarrier>(test.loop, limited);
  const auto other = Client::make(test.loop, {.server = key.public_key}, carrier_of_both);
  client = Client::make(test.loop, {.server = key.public_key}, carrier_of_both);
  run(open_one_too_many(test.loop, limited, *other, *client));
}

Users users_of(std::initializer_list<std::pair<Credential, std::size_t>> all) {
  std::string text;
  for (const auto& [credential, sessions] : all)
    text += serialize_user({.name = "user" + std::to_string(text.size()),
                            .hash = hash_credential(credential.bytes()),
                            .sessions = sessions});
  return *Users::parse(text, "users");
}

io::Task<> be_refused(Client& client) {
  const auto stream = co_await client.open(kEcho);
  EXPECT_FALSE(stream);
  if (!stream) {
    EXPECT_TRUE(stream.error().is(TunnelError::credential)) << stream.error().message();
  }
}

TEST_F(TunnelTest, LetsInWhoHasACredentialWhereThereAreUsers) {
  const Credential hers = make_credential(random);
  server.change_users(users_of({{hers, 0}}));
  client = Client::make(test.loop, {.server = key.public_key, .credential = hers}, its);
  run(exchange_many(test.loop, *client, 3, 10'000));
}

io::Task<> both_be_refused(Client& one, Client& other) {
  co_await be_refused(one);
  co_await be_refused(other);
}

TEST_F(TunnelTest, LetsNobodyElseIn) {
  server.change_users(users_of({{make_credential(random), 0}}));
  const auto wrong =
      Client::make(test.loop, {.server = key.public_key, .credential = make_credential(random)}, its);
  run(both_be_refused(*client, *wrong));
  EXPECT_EQ(server.sessions(), 0U);
  EXPECT_EQ(carrier.dials, 2U);
}

io::Task<> lose_its_user(io::Loop& loop, Server& server, Client& client, Client& other,
                         const Credential& stays) {
  auto gone = co_await client.open(kEcho);
  auto there = co_await other.open(kEcho);
  EXPECT_TRUE(gone && there);
  if (!gone || !there) co_return;
  server.change_users(users_of({{stays, 0}}));
  const auto end = co_await (*gone)->read();
  EXPECT_FALSE(end);
  co_await loop.sleep(5ms);  // the client is told
  co_await be_refused(client);
  const auto written = co_await (*there)->write(numbered(3));
  const auto back = co_await (*there)->read();
  EXPECT_TRUE(written && back && !back->empty());
  other.close();
}

TEST_F(TunnelTest, EndsTheSessionsOfUsersWhoAreGoneAndNoOthers) {
  const Credential hers = make_credential(random);
  const Credential his = make_credential(random);
  server.change_users(users_of({{hers, 0}, {his, 0}}));
  client = Client::make(test.loop, {.server = key.public_key, .credential = hers}, its);
  const auto other = Client::make(test.loop, {.server = key.public_key, .credential = his}, its);
  run(lose_its_user(test.loop, server, *client, *other, his));
}

io::Task<> have_one_too_many(io::Loop& loop, Server& server, MemoryCarrier& carrier, Client& first,
                             Client& second) {
  const auto there = co_await first.open(kEcho);
  const auto refused = co_await second.open(kEcho);
  EXPECT_TRUE(there);
  EXPECT_FALSE(refused);
  if (!refused) {
    EXPECT_TRUE(refused.error().is(TunnelError::refused)) << refused.error().message();
  }
  EXPECT_EQ(server.sessions(), 1U);
  first.close();
  while (server.sessions() > 0) co_await loop.sleep(1ms);
  const auto free_again = co_await second.open(kEcho);
  EXPECT_TRUE(free_again);
  EXPECT_EQ(carrier.dials, 3U);
}

TEST_F(TunnelTest, LimitsTheSessionsOfAUser) {
  const Credential hers = make_credential(random);
  server.change_users(users_of({{hers, 1}}));
  client = Client::make(test.loop, {.server = key.public_key, .credential = hers}, its);
  const auto other = Client::make(test.loop, {.server = key.public_key, .credential = hers}, its);
  run(have_one_too_many(test.loop, server, carrier, *other, *client));
}

io::Task<> be_over(io::Loop& loop, const std::weak_ptr<void>& telling) {
  while (!telling.expired()) co_await loop.sleep(1ms);
}

io::Task<> tell_all_of_the_end(io::Loop& loop, Server& server, Client& client, Clients& all) {
  const auto stream = co_await client.open(kEcho);
  EXPECT_TRUE(stream);
  const std::weak_ptr<void> telling = all.close();
  EXPECT_FALSE(telling.expired());
  co_await be_over(loop, telling);
  EXPECT_EQ(server.sessions(), 0U);
  EXPECT_EQ(client.connections(), 0U);
}

TEST_F(TunnelTest, KnowsWhenTheServerWasToldThatAllIsOver) {
  Clients all;
  all.add(test.loop, client);
  run(tell_all_of_the_end(test.loop, server, *client, all));
}

io::Task<> tell_nobody(io::Loop& loop, Clients& all) {
  const std::weak_ptr<void> telling = all.close();
  co_await be_over(loop, telling);
}

TEST_F(TunnelTest, WaitsForNobodyWhereThereIsNoConnection) {
  Clients all;
  all.add(test.loop, client);
  run(tell_nobody(test.loop, all));
}

TEST_F(TunnelTest, EndsTheSessionOnBothSides) {
  run(exchange_many(test.loop, *client, 1, 10));
  EXPECT_EQ(server.sessions(), 0U);
}

}  // namespace
}  // namespace rozaneh::tunnel
