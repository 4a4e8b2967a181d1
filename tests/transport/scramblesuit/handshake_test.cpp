#include "transport/scramblesuit/handshake.h"

#include "transport/ends.h"
#include "transport/scramblesuit/error.h"
#include "transport/scramblesuit/vectors.h"
#include "wire/exchange.h"

namespace rozaneh::scramblesuit {
namespace {

using transport::array_from_hex;
using transport::from_hex;

constexpr EpochHour kHour = 382991;

Password password() { return Password(array_from_hex<kPasswordSize>(vectors::kPassword)); }
crypto::UniformDh key_of(std::string_view private_key) {
  return crypto::UniformDh(Secret<192>(array_from_hex<192>(private_key)));
}
Grant grant() {
  Grant grant;
  grant.key = MasterKey(array_from_hex<32>(vectors::kTicketMasterKey));
  grant.ticket = array_from_hex<kTicketSize>(vectors::kTicket);
  return grant;
}

// A server that knows one ticket and forgets nothing.
class FakeHost final : public ServerHandshake::Host {
 public:
  std::optional<MasterKey> open(std::span<const std::uint8_t, kTicketSize> ticket) override {
    if (!std::ranges::equal(ticket, grant().ticket)) return std::nullopt;
    return grant().key;
  }
  crypto::UniformDh new_key() override { return key_of(vectors::kServerPrivate); }
  bool hello_replayed(Bytes /*mac*/) override { return hello_seen; }
  bool ticket_replayed(Bytes /*ticket*/) override { return ticket_seen; }
  Buffer welcome(const SessionKeys& keys) override {
    const auto secret = keys.server_to_client.mac.bytes();
    return {secret.begin(), secret.end()};
  }

  bool hello_seen = false;
  bool ticket_seen = false;
};

struct ScrambleSuitHandshakeTest : ::testing::Test {
  FakeHost host;
  const Buffer hello = from_hex(vectors::kClientHello);
  const Buffer ticket_hello = from_hex(vectors::kTicketHello);

  ServerHandshake server(EpochHour hour = kHour) {
    return {password(), hour, from_hex(vectors::kServerPadding), host};
  }
  static ClientKeyHandshake client(EpochHour hour = kHour) {
    return {password(), key_of(vectors::kClientPrivate), hour, from_hex(vectors::kClientPadding)};
  }
  static ClientTicketHandshake ticket_client() { return {grant(), kHour, from_hex(vectors::kClientPadding)}; }

  testing::Ending serve(Bytes input, EpochHour hour = kHour) {
    return testing::run_whole([&] { return server(hour); }, input);
  }
};

TEST_F(ScrambleSuitHandshakeTest, ClientSendsAndTakesTheVectors) {
  auto handshake = client();
  const auto ending = testing::Exchange(handshake).run(from_hex(vectors::kServerHello), 10'000);
  EXPECT_EQ(ending.sent, vectors::kClientHello);
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(encode_hex(handshake.master_key().bytes()), vectors::kMasterKey);
}

TEST_F(ScrambleSuitHandshakeTest, ServerAnswersTheVectorsAndThenItsFirstRecords) {
  const auto ending = serve(hello);
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, hello.size());
  const auto keys = derive_session_keys(MasterKey(array_from_hex<32>(vectors::kMasterKey)));
  EXPECT_EQ(ending.sent, std::string(vectors::kServerHello) + encode_hex(keys.server_to_client.mac.bytes()));
}

TEST_F(ScrambleSuitHandshakeTest, ServerTakesATicketAndSendsItsFirstRecordsAtOnce) {
  const auto ending = serve(ticket_hello);
  EXPECT_TRUE(ending.done);
  const auto keys = derive_session_keys(grant().key);
  EXPECT_EQ(ending.sent, encode_hex(keys.server_to_client.mac.bytes()));
}

TEST_F(ScrambleSuitHandshakeTest, TicketClientSendsTheVectorAndEndsWithTheFirstByteBack) {
  auto handshake = ticket_client();
  const auto ending = testing::Exchange(handshake).run(testing::hex("00"), 1);
  EXPECT_EQ(ending.sent, vectors::kTicketHello);
  EXPECT_TRUE(ending.done);
  EXPECT_EQ(ending.consumed, 0U);
}

TEST_F(ScrambleSuitHandshakeTest, DependsOnNoCutOfTheInput) {
  testing::expect_complete_only_as_a_whole([&] { return server(); }, hello);
  testing::expect_complete_only_as_a_whole([&] { return server(); }, ticket_hello);
  testing::expect_complete_only_as_a_whole([&] { return client(); }, from_hex(vectors::kServerHello));
}

TEST_F(ScrambleSuitHandshakeTest, LeavesWhatFollowsAHelloAlone) {
  for (const Buffer& right : {hello, ticket_hello}) {
    const auto ending = serve(concat(right, Buffer(500)));
    EXPECT_TRUE(ending.done);
    EXPECT_EQ(ending.consumed, right.size());
  }
}

TEST_F(ScrambleSuitHandshakeTest, TakesTheHoursBesideAndNoOther) {
  for (const EpochHour hour : {kHour - 1, kHour + 1}) {
    EXPECT_TRUE(serve(hello, hour).done);
    EXPECT_TRUE(serve(ticket_hello, hour).done);
    // The answer is made for the client's hour.
    EXPECT_TRUE(serve(hello, hour).sent.starts_with(vectors::kServerHello));
    EXPECT_TRUE(testing::run_whole([&] { return client(hour); }, from_hex(vectors::kServerHello)).done);
  }
  for (const EpochHour hour : {kHour - 2, kHour + 2}) {
    const std::string failure = "scramblesuit: the hello is from another hour: are the clocks right?";
    EXPECT_EQ(serve(hello, hour).failure, failure);
    EXPECT_EQ(serve(ticket_hello, hour).failure, failure);
    EXPECT_EQ(testing::run_whole([&] { return client(hour); }, from_hex(vectors::kServerHello)).failure,
              failure);
  }
}

TEST_F(ScrambleSuitHandshakeTest, RefusesReplays) {
  host.hello_seen = true;
  EXPECT_EQ(serve(hello).failure, "scramblesuit: the hello was seen before");
  EXPECT_EQ(serve(ticket_hello).failure, "scramblesuit: the hello was seen before");
  host = FakeHost();
  host.ticket_seen = true;
  EXPECT_EQ(serve(ticket_hello).failure, "scramblesuit: the hello was seen before");
  EXPECT_TRUE(serve(hello).done);
}

TEST_F(ScrambleSuitHandshakeTest, AnswersNothingToAHelloWithAChangedBit) {
  // In the head or in the mark: no mark is found. In padding or MAC: the MAC is wrong. Never an answer.
  for (const Buffer& right : {hello, ticket_hello}) {
    for (std::size_t at = 0; at < right.size(); ++at) {
      Buffer changed = right;
      changed[at] ^= 0x10;
      const auto ending = serve(changed);
      EXPECT_FALSE(ending.done) << at;
      EXPECT_TRUE(ending.sent.empty()) << at;
    }
  }
}

TEST_F(ScrambleSuitHandshakeTest, ServerGivesUpAt1532Bytes) {
  const Buffer noise(1532, 0x5A);
  EXPECT_TRUE(serve(Bytes(noise).first(1531)).waiting());
  EXPECT_EQ(serve(noise).failure, "scramblesuit: what came is no hello: is the password right?");
  testing::expect_same_for_every_split([&] { return server(); }, noise);
}

TEST_F(ScrambleSuitHandshakeTest, ClientGivesUpAt1532Bytes) {
  const Buffer noise(1532, 0x5A);
  EXPECT_TRUE(testing::run_whole([&] { return client(); }, Bytes(noise).first(1531)).waiting());
  EXPECT_FALSE(testing::run_whole([&] { return client(); }, noise).failure.empty());
}

TEST_F(ScrambleSuitHandshakeTest, TakesTheLongestHellos) {
  const Buffer padding(kMostKeyPadding, 7);
  ClientKeyHandshake longest(password(), key_of(vectors::kClientPrivate), kHour, padding);
  const auto sent = longest.step({})->send;
  EXPECT_EQ(sent.size(), kLargestHello);
  EXPECT_TRUE(serve(sent).done);
  ClientTicketHandshake with_ticket(grant(), kHour, Buffer(kMostTicketPadding, 7));
  const auto ticket_sent = with_ticket.step({})->send;
  EXPECT_EQ(ticket_sent.size(), kLargestHello);
  EXPECT_TRUE(serve(ticket_sent).done);
}

TEST_F(ScrambleSuitHandshakeTest, AnswersNobodyAfterItsTime) {
  auto handshake = server();
  handshake.expire();
  const auto ending = testing::Exchange(handshake).run(hello, 2000);
  EXPECT_FALSE(ending.done);
  EXPECT_TRUE(ending.sent.empty());
}

}  // namespace
}  // namespace rozaneh::scramblesuit
