#include "transport/scramblesuit/transport.h"

#include "transport/ends.h"
#include "transport/scramblesuit/error.h"
#include "transport/scramblesuit/handshake.h"
#include "transport/scramblesuit/ticket_store.h"
#include "transport/stranger.h"

namespace rozaneh::scramblesuit {
namespace {

constexpr const char* kPassword = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

TEST(ScrambleSuit, CarriesBothDirectionsAndTheirEnds) {
  const auto suit = make_transport();
  for (const auto size :
       std::initializer_list<std::size_t>{0, 1, 1426, 1427, 1428, 1447, 1448, 1449, 65535, 1'000'000})
    transport::expect_both_directions(*suit, {}, {}, size);
  for (const auto size : std::initializer_list<std::size_t>{0, 1, 3000})
    transport::expect_both_directions(*suit, {}, {.read_limit = 1}, size);
}

struct ScrambleSuitTest : ::testing::Test {
  std::unique_ptr<transport::Transport> suit = make_transport();
  transport::Ends ends{*suit};

  [[nodiscard]] std::size_t tickets_used() {
    const auto record = ends.server_state.read("scramblesuit_used_tickets");
    return *record ? (*record)->size() / 12 : 0;
  }
  // Connects, has a byte come down, which brings the ticket, and hangs up.
  void visit(transport::Connector& connector, transport::Acceptor& acceptor) {
    ends.meet(connector, acceptor);
    ASSERT_TRUE(ends.client) << ends.client.error().message();
    ASSERT_TRUE(ends.server) << ends.server.error().message();
    const auto came = ends.carry(**ends.server, **ends.client, Buffer(1, 7));
    EXPECT_TRUE(came && *came == Buffer(1, 7));
  }

  io::Task<> connect(transport::Connector& connector, io::StreamPtr raw) {
    const Target target("192.0.2.1", 443);
    ends.client = co_await connector.connect(ends.test.loop, target, std::move(raw));
  }
  io::Task<> accept(transport::Acceptor& acceptor, io::StreamPtr raw) {
    auto accepted = co_await acceptor.accept(ends.test.loop, std::move(raw));
    ends.server = transport::stream_of(std::move(accepted));
  }
  static io::Task<> hang_up(io::StreamPtr raw) { const auto chunk = co_await raw->read(); }
  static io::Task<> measure(io::StreamPtr raw, std::size_t& size) {
    const auto chunk = co_await raw->read();
    size = chunk->size();
  }

  // What a server answers to these bytes and an end: its first chunk, or nothing.
  Buffer probe(transport::Acceptor& acceptor, Bytes bytes) {
    auto [here, there] = io::memory_streams(ends.test.loop);
    Buffer answer;
    ends.test.spawn(accept(acceptor, std::move(there)));
    ends.test.spawn(ask(std::move(here), bytes, answer));
    ends.run();
    return answer;
  }
  static io::Task<> ask(io::StreamPtr raw, Bytes bytes, Buffer& answer) {
    const auto written = co_await raw->write(bytes);
    EXPECT_TRUE(written);
    const auto finished = co_await raw->finish();
    EXPECT_TRUE(finished);
    const auto chunk = co_await raw->read();
    if (chunk) append(answer, chunk->bytes());
  }

  static Time time_now() {
    return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  }
  Buffer key_hello(std::string_view password) {
    ClientKeyHandshake handshake(*parse_password(password), crypto::UniformDh::make(ends.random),
                                 epoch_hour(time_now()), Buffer(99));
    return handshake.step({})->send;
  }
  static Buffer ticket_hello(const Grant& ticket, std::size_t padding) {
    ClientTicketHandshake handshake(ticket, epoch_hour(time_now()), Buffer(padding));
    return handshake.step({})->send;
  }
};

TEST_F(ScrambleSuitTest, ProvesItsClients) {
  EXPECT_EQ(suit->name(), "scramblesuit");
  EXPECT_TRUE(suit->proves_client());
}

TEST_F(ScrambleSuitTest, KeepsItsPasswordAndTellsIt) {
  const auto first = ends.acceptor({});
  const auto again = ends.acceptor({});
  ASSERT_TRUE(first && again);
  EXPECT_EQ((*first)->client_arguments(), (*again)->client_arguments());
  const auto named = ends.acceptor({{"password", kPassword}});
  ASSERT_TRUE(named);
  EXPECT_EQ((*named)->client_arguments(), Arguments({{"password", kPassword}}));
  const auto file = ends.server_state.read("scramblesuit_bridgeline.txt");
  ASSERT_TRUE(file && *file);
  EXPECT_NE(text_of(**file).find(std::string("scramblesuit <IP ADDRESS>:<PORT> <FINGERPRINT> password=") +
                                 kPassword),
            std::string::npos);
}

TEST_F(ScrambleSuitTest, RefusesPasswordsThatAreNone) {
  EXPECT_FALSE(ends.connector({}));
  for (const std::string text : {"", "A", "ABCDEFGHIJKLMNOPQRSTUVWXYZ23456",
                                 "ABCDEFGHIJKLMNOPQRSTUVWXYZ2345670", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234561"}) {
    EXPECT_FALSE(ends.connector({{"password", text}})) << text;
    EXPECT_FALSE(ends.acceptor({{"password", text}})) << text;
  }
}

TEST_F(ScrambleSuitTest, UsesTheTicketOfTheLastVisitEvenAfterTheServerStartedAgain) {
  auto acceptor = ends.acceptor({});
  const auto connector = ends.connector((*acceptor)->client_arguments());
  visit(**connector, **acceptor);
  EXPECT_EQ(tickets_used(), 0U);
  visit(**connector, **acceptor);
  EXPECT_EQ(tickets_used(), 1U);
  acceptor = ends.acceptor({});
  visit(**connector, **acceptor);
  EXPECT_EQ(tickets_used(), 2U);
}

TEST_F(ScrambleSuitTest, FailsWithAForgottenTicketAndThenGoesWithoutOne) {
  const auto acceptor = ends.acceptor({});
  const auto connector = ends.connector((*acceptor)->client_arguments());
  visit(**connector, **acceptor);
  auto [here, there] = io::memory_streams(ends.test.loop);
  ends.test.spawn(connect(**connector, std::move(here)));
  ends.test.spawn(hang_up(std::move(there)));
  ends.run();
  ASSERT_FALSE(ends.client);
  EXPECT_TRUE(ends.client.error().is(ScrambleSuitError::ticket_refused)) << ends.client.error().message();
  visit(**connector, **acceptor);
  EXPECT_EQ(tickets_used(), 0U);
}

TEST_F(ScrambleSuitTest, SaysNothingToStrangers) {
  const auto acceptor = ends.acceptor({});
  for (const auto size :
       std::initializer_list<std::size_t>{0, 1, 50, 143, 224, 1531, 1532, 1533, 8192, 20'000, 200'000}) {
    EXPECT_TRUE(probe(**acceptor, ends.random.bytes(size)).empty()) << size;
    EXPECT_FALSE(ends.server) << size;
  }
}

TEST_F(ScrambleSuitTest, AnswersAHelloOnceEvenAfterItStartedAgain) {
  auto acceptor = ends.acceptor({{"password", kPassword}});
  const Buffer hello = key_hello(kPassword);
  EXPECT_FALSE(probe(**acceptor, hello).empty());
  EXPECT_TRUE(probe(**acceptor, hello).empty());
  acceptor = ends.acceptor({});
  EXPECT_TRUE(probe(**acceptor, hello).empty());
  ASSERT_FALSE(ends.server);
  EXPECT_TRUE(ends.server.error().is(ScrambleSuitError::replayed)) << ends.server.error().message();
}

TEST_F(ScrambleSuitTest, TakesATicketOnceEvenInAnotherHelloAndAfterItStartedAgain) {
  auto acceptor = ends.acceptor({});
  const auto connector = ends.connector((*acceptor)->client_arguments());
  visit(**connector, **acceptor);
  TicketStore store(ends.client_state, ends.test.log, std::make_shared<std::mutex>());
  const auto ticket = store.take("192.0.2.1:443", time_now());
  ASSERT_TRUE(ticket);
  EXPECT_FALSE(probe(**acceptor, ticket_hello(*ticket, 10)).empty());
  EXPECT_TRUE(probe(**acceptor, ticket_hello(*ticket, 11)).empty());
  acceptor = ends.acceptor({});
  EXPECT_TRUE(probe(**acceptor, ticket_hello(*ticket, 12)).empty());
  ASSERT_FALSE(ends.server);
  EXPECT_TRUE(ends.server.error().is(ScrambleSuitError::replayed)) << ends.server.error().message();
}

TEST_F(ScrambleSuitTest, SaysNothingToAWrongPassword) {
  const auto acceptor = ends.acceptor({});
  EXPECT_TRUE(probe(**acceptor, key_hello(kPassword)).empty());
}

TEST_F(ScrambleSuitTest, SendsHellosOfAllSizes) {
  std::size_t least = SIZE_MAX;
  std::size_t most = 0;
  const auto connector = ends.connector({{"password", kPassword}});
  for (int i = 0; i < 300; ++i) {
    auto [here, there] = io::memory_streams(ends.test.loop);
    std::size_t size = 0;
    ends.test.spawn(connect(**connector, std::move(here)));
    ends.test.spawn(measure(std::move(there), size));
    ends.run();
    least = std::min(least, size);
    most = std::max(most, size);
  }
  EXPECT_GE(least, 224U);
  EXPECT_LE(most, 1532U);
  EXPECT_LT(least, 224U + 65U);  // missed by chance less than once in a million
  EXPECT_GT(most, 1532U - 65U);
}

TEST(Stranger, IsKeptForAHalfToOneAndAHalfMinutes) {
  crypto::SeededRandom random(std::uint64_t{11});
  auto least = transport::stranger_time(transport::kHelloLimit, random);
  auto most = least;
  for (int i = 0; i < 2000; ++i) {
    const auto time = transport::stranger_time(transport::kHelloLimit, random);
    least = std::min(least, time);
    most = std::max(most, time);
  }
  EXPECT_GE(least, std::chrono::seconds(30));
  EXPECT_LT(least, std::chrono::seconds(31));
  EXPECT_LT(most, std::chrono::seconds(90));
  EXPECT_GT(most, std::chrono::seconds(89));
}

}  // namespace
}  // namespace rozaneh::scramblesuit
