#include "tunnel/session.h"

#include <gtest/gtest.h>

#include <cctype>
#include <set>

#include "base/encoding.h"
#include "tunnel/side.h"

namespace rozaneh::tunnel {
namespace {

using namespace std::chrono_literals;
using testing::Side;

const Target kTarget(*Target::parse("192.0.2.1:443"));

// A client and a server with connection 0 between them, whose records pass at once when `pass` is called.
class SessionTest : public ::testing::Test {
 protected:
  explicit SessionTest(const Parameters& server_parameters = {})
      : server(Role::server, server_parameters, now), server_says(server_parameters) {}

  void join(ConnectionNumber number) {
    ASSERT_TRUE(client.session.attach(number, now));
    const Buffer hello = take_hello(client, number);
    ASSERT_TRUE(server.session.attach(number, now));
    server.session.peer_says(Parameters());
    ASSERT_TRUE(server.session.receive(number, hello, now));
    const Buffer answer = take_hello(server, number);
    client.session.peer_says(server_says);
    ASSERT_TRUE(client.session.receive(number, answer, now));
  }

  Buffer take_hello(Side& side, ConnectionNumber number) {
    Buffer room(kMaxPlaintext);
    room.resize(side.session.hello(number, room, now));
    return room;
  }

  Buffer record(Side& side, ConnectionNumber number, const Shape& shape = {}) {
    Buffer room(kMaxPlaintext);
    room.resize(side.session.next_record(number, room, now, shape));
    return room;
  }

  // Carries records both ways on a connection until neither has one; how many there were.
  int pass(ConnectionNumber number = 0) {
    int records = 0;
    for (bool more = true; more;) {
      more = false;
      for (auto [from, to] : {std::pair(&client, &server), std::pair(&server, &client)}) {
        const Buffer bytes = record(*from, number);
        if (bytes.empty()) continue;
        EXPECT_TRUE(to->session.receive(number, bytes, now));
        more = ++records < 100'000;
      }
    }
    return records;
  }

  // The server's answer to frames of a client that writes what it likes.
  template <class... Frames>
  Result<> tell_server(const Frames&... frames) {
    Buffer room(64);
    FrameWriter out(room);
    (out.put(frames), ...);
    return server.session.receive(0, Bytes(room).first(out.size()), now);
  }

  void wait(Duration time) {
    now += time;
    client.session.tick(now);
    server.session.tick(now);
  }

  static std::string read_all(Side& side, StreamNumber stream) {
    std::string all;
    while (true) {
      const auto read = side.session.read(stream);
      if (read.state == Session::Read::State::end) return all + "$";
      if (read.state != Session::Read::State::bytes) return all;
      all += text_of(read.piece.bytes);
    }
  }

  Time now{Time(1h)};
  Side client{Role::client, Parameters(), now};
  Side server;
  Parameters server_says;
};

TEST_F(SessionTest, CarriesAStreamBothWays) {
  const auto stream = client.session.open(StreamKind::tcp, kTarget, now);
  ASSERT_EQ(stream, 0U);
  client.session.write(0, bytes_of("hello"));
  join(0);
  EXPECT_EQ(server.targets[0], "192.0.2.1:443");
  EXPECT_EQ(read_all(server, 0), "hello");  // with the client's hello: no round trip is lost
  server.session.accept(0);
  server.session.write(0, bytes_of("welcome"));
  server.session.finish(0);
  pass();
  EXPECT_EQ(client.opened_streams, std::vector<StreamNumber>{0});
  EXPECT_EQ(read_all(client, 0), "welcome$");
  client.session.write(0, bytes_of(" again"));
  client.session.finish(0);
  pass();
  EXPECT_EQ(read_all(server, 0), " again$");
  wait(25ms);
  pass();
  EXPECT_EQ(client.session.retained().streams, 0U);
  EXPECT_EQ(server.session.retained().streams, 0U);
  EXPECT_EQ(client.session.retained().untold_frames, 0U);
}

// --- connections ---

TEST_F(SessionTest, SendsAgainWhatADeadConnectionHeld) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("lost"));
  EXPECT_FALSE(record(client, 0).empty());  // never arrives
  client.session.detach(0, now);
  join(1);
  EXPECT_EQ(server.overs, std::vector<ConnectionNumber>{0});  // ENDED stood in the hello
  EXPECT_EQ(read_all(server, 0), "lost");
}

TEST_F(SessionTest, DoesNotSendAgainWhatThePeerSaysToHave) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, Buffer(10'000, 'x'));
  ASSERT_TRUE(server.session.receive(0, record(client, 0), now));
  client.session.detach(0, now);  // before it was told of
  ASSERT_TRUE(client.session.attach(1, now));
  client.session.hello(1, {}, now);  // a hello without frames
  server.session.attach(1, now);
  ASSERT_TRUE(server.session.receive(1, {}, now));
  server.session.detach(0, now);  // says in its hello how much came
  ASSERT_TRUE(client.session.receive(1, take_hello(server, 1), now));
  EXPECT_LT(record(client, 1).size(), 100U);
  EXPECT_EQ(client.session.retained().untold, 0U);
}

TEST_F(SessionTest, SendsARefusedHelloAgainWhateverIsToldLater) {
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("early"));
  ASSERT_TRUE(client.session.attach(0, now));
  take_hello(client, 0);
  server.session.attach(0, now);
  server.session.peer_says(Parameters());
  client.session.peer_says(Parameters());
  ASSERT_TRUE(client.session.receive(0, take_hello(server, 0), now));
  client.session.refuse_early(0);
  client.session.detach(0, now);
  server.session.detach(0, now);
  join(1);
  pass(1);
  EXPECT_EQ(read_all(server, 0), "early");
}

TEST_F(SessionTest, TakesNothingFromAConnectionThatEnded) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("late"));
  const Buffer late = record(client, 0);
  server.session.detach(0, now);
  EXPECT_TRUE(server.session.receive(0, late, now));
  EXPECT_TRUE(server.new_streams.empty());
}

TEST_F(SessionTest, TakesAConnectionsNumberOnce) {
  join(0);
  join(5);
  EXPECT_FALSE(server.session.attach(5, now));
  EXPECT_FALSE(server.session.attach(0, now));
  EXPECT_TRUE(server.session.attach(3, now));  // was slower
  EXPECT_TRUE(server.session.attach(68, now));
  EXPECT_FALSE(server.session.attach(4, now));  // 64 below
  EXPECT_EQ(server.overs, (std::vector<ConnectionNumber>{0, 3}));
}

TEST_F(SessionTest, SuspectsAConnectionThatDoesNotAnswer) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  record(client, 0);
  wait(499ms);
  EXPECT_TRUE(client.suspects.empty());
  wait(1ms);
  EXPECT_EQ(client.suspects, std::vector<ConnectionNumber>{0});
  wait(10s);
  EXPECT_EQ(client.suspects.size(), 1U);  // once
}

TEST_F(SessionTest, WaitsForAnAnswerBehindWhatComesBeforeItButNotForever) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  record(client, 0);
  const auto ends = now + Connection::kLongestWait;
  for (; now + 400ms < ends; wait(400ms)) {
    const Buffer padding(20, 0);
    ASSERT_TRUE(client.session.receive(0, padding, now));
    EXPECT_TRUE(client.suspects.empty());
  }
  wait(400ms);
  EXPECT_EQ(client.suspects, std::vector<ConnectionNumber>{0});
}

TEST_F(SessionTest, PingShowsWhetherAConnectionLives) {
  join(0);
  pass();
  client.session.ping(0);
  const Buffer ping = record(client, 0);
  EXPECT_EQ(ping.front(), 1);
  ASSERT_TRUE(server.session.receive(0, ping, now));
  EXPECT_EQ(encode_hex(record(server, 0)).substr(0, 2), "03");
  wait(600ms);  // the answer is lost
  EXPECT_EQ(client.suspects, std::vector<ConnectionNumber>{0});
}

TEST_F(SessionTest, RetiresAConnectionWithoutLosingWhatItCarries) {
  join(0);
  join(1);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("last"));
  client.session.retire(0);
  const Buffer last = record(client, 0);
  EXPECT_EQ(last.back(), 5);  // RETIRE
  EXPECT_TRUE(record(client, 0).empty());
  ASSERT_TRUE(server.session.receive(0, last, now));
  EXPECT_EQ(read_all(server, 0), "last");
  ASSERT_TRUE(client.session.receive(0, record(server, 0), now));  // the server retires it, too
  wait(25ms);
  pass(1);
  EXPECT_EQ(client.overs, std::vector<ConnectionNumber>{0});
  EXPECT_EQ(server.overs, std::vector<ConnectionNumber>{0});
  EXPECT_FALSE(server.session.receive(0, Buffer{5}, now));
}

TEST_F(SessionTest, EndsWhenItsLifeWithoutConnectionIsOver) {
  join(0);
  EXPECT_GT(*server.session.next_time(), now + 1min);
  client.session.detach(0, now);
  server.session.detach(0, now);
  EXPECT_EQ(server.session.next_time(), now + 300s);
  wait(299s);
  EXPECT_FALSE(server.close_reason);
  wait(1s);
  EXPECT_EQ(server.close_reason, CloseReason::idle);
  EXPECT_EQ(client.close_reason, CloseReason::idle);
  EXPECT_FALSE(server.session.next_time());
}

TEST_F(SessionTest, EndsAfterAnHourWithoutAStream) {
  join(0);
  pass();
  wait(1h);
  EXPECT_EQ(server.close_reason, CloseReason::idle);
  EXPECT_EQ(encode_hex(record(server, 0)), "0c03");
  EXPECT_TRUE(record(server, 0).empty());
}

TEST_F(SessionTest, CloseTellsTheOtherSide) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.close(CloseReason::done);
  EXPECT_FALSE(client.close_reason);  // who closes it is not told
  ASSERT_TRUE(server.session.receive(0, record(client, 0), now));
  EXPECT_EQ(server.close_reason, CloseReason::done);
  EXPECT_EQ(server.session.read(0).state, Session::Read::State::gone);
  EXPECT_TRUE(record(server, 0).empty());
}

TEST_F(SessionTest, TellsOfAnEndAgainIfThatWasLost) {
  join(0);
  client.session.detach(0, now);
  ASSERT_TRUE(client.session.attach(1, now));
  EXPECT_EQ(encode_hex(take_hello(client, 1)), "040001");  // never arrives
  client.session.detach(1, now);
  ASSERT_TRUE(client.session.attach(2, now));
  EXPECT_EQ(encode_hex(take_hello(client, 2)),
            "0400010401"
            "00");
}

TEST_F(SessionTest, TellsWhatCameAgainIfThatWasLostWithAnotherConnection) {
  join(0);
  join(1);
  pass(0);
  pass(1);
  server.session.retire(0);
  record(server, 0);  // RETIRE: what came on connection 0 is told on another one from here on
  client.session.ping(0);
  ASSERT_TRUE(server.session.receive(0, record(client, 0), now));
  wait(25ms);
  EXPECT_EQ(encode_hex(record(server, 1)).substr(0, 4), "0300");  // never arrives
  server.session.detach(1, now);
  client.session.detach(1, now);
  join(2);
  pass(2);
  EXPECT_EQ(client.session.retained().untold_frames, 0U);
}

// --- answers ---

TEST_F(SessionTest, TellsWhatCameAfterAMomentOrWithWhateverElseIsSent) {
  join(0);
  pass();
  client.session.open(StreamKind::tcp, kTarget, now);
  ASSERT_TRUE(server.session.receive(0, record(client, 0), now));
  EXPECT_TRUE(record(server, 0).empty());
  wait(24ms);
  EXPECT_TRUE(record(server, 0).empty());
  wait(1ms);
  EXPECT_EQ(encode_hex(record(server, 0)), "030002");
  client.session.write(0, bytes_of("x"));
  ASSERT_TRUE(server.session.receive(0, record(client, 0), now));
  server.session.accept(0);
  EXPECT_EQ(encode_hex(record(server, 0)), "0300030700");
}

TEST_F(SessionTest, DoesNotAnswerAnswers) {
  join(0);
  pass();
  wait(25ms);
  pass();
  wait(25ms);
  EXPECT_EQ(pass(), 0);
}

TEST_F(SessionTest, TellsAfter64KiBWithoutWaiting) {
  join(0);
  pass();
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, Buffer(100'000, 'x'));
  int records = 0;
  while (record(server, 0).empty() && ++records < 100)
    ASSERT_TRUE(server.session.receive(0, record(client, 0), now));
  EXPECT_EQ(records, 4);
}

// --- streams ---

TEST_F(SessionTest, SmallStreamsGoBeforeBulk) {
  join(0);
  for (int i = 0; i < 3; ++i) client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, Buffer(100'000, 'x'));
  record(client, 0);
  record(client, 0);
  client.session.write(1, bytes_of("key"));
  client.session.write(2, bytes_of("stroke"));
  const std::string next = encode_hex(record(client, 0));
  EXPECT_EQ(next.substr(0, 40), "100100036b6579100200067374726f6b65100080");
  EXPECT_EQ(next.size(), 2 * kMaxPlaintext);
}

TEST_F(SessionTest, BulkStreamsTakeTurns) {
  join(0);
  for (int i = 0; i < 2; ++i) {
    client.session.open(StreamKind::tcp, kTarget, now);
    client.session.write(static_cast<StreamNumber>(i), Buffer(131'072, 'x'));
  }
  std::string turns;
  for (int i = 0; i < 8; ++i) {
    const Buffer bytes = record(client, 0);
    ASSERT_TRUE(server.session.receive(0, bytes, now));
    turns += encode_hex(Bytes(bytes).first(2)) + " ";
  }
  EXPECT_NE(turns.find("1000 1001 1000 1001"), std::string::npos) << turns;
}

TEST_F(SessionTest, ManyStreamsHaveShortTurnsOnANewConnection) {
  join(0);
  constexpr std::size_t kStreams = 100;
  for (std::size_t i = 0; i < kStreams; ++i) {
    client.session.open(StreamKind::tcp, kTarget, now);
    client.session.write(i, Buffer(16'384, 'x'));
  }
  std::size_t sent = 0;
  while (sent < kStreams * 2'500) {
    const Buffer bytes = record(client, 0);
    ASSERT_TRUE(server.session.receive(0, bytes, now));
    sent += bytes.size();
  }
  const auto& readable = server.readable_streams;
  EXPECT_EQ(std::set(readable.begin(), readable.end()).size(), kStreams);
}

TEST_F(SessionTest, FillsARecordThatIsAllButFull) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, Buffer(100'000, 'x'));
  for (std::size_t room = 3'000; room < 3'200; room += 7) {
    Buffer bytes(room);
    EXPECT_EQ(client.session.next_record(0, bytes, now), room);
  }
}

TEST_F(SessionTest, AllowsAConnectionAWindowWhereThereIsAnother) {
  join(0);
  EXPECT_GT(client.session.allowance(0), Flight::kMost);
  join(1);
  EXPECT_EQ(client.session.allowance(0), Flight::kFirst);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, Buffer(131'072, 'x'));
  while (client.session.allowance(0) > kMaxPlaintext) ASSERT_FALSE(record(client, 0).empty());
  EXPECT_EQ(client.session.allowance(0), kMaxPlaintext);  // a record is never cut for it
}

TEST_F(SessionTest, HoldsAWriterUpAtTheWindow) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  std::size_t sent = 0;
  for (int i = 0; i < 100; ++i) {
    const std::size_t room = client.session.writable(0);
    client.session.write(0, Buffer(room, 'x'));
    sent += room;
    pass();
    wait(25ms);
    pass();
  }
  EXPECT_EQ(client.session.writable(0), 0U);
  EXPECT_EQ(sent, 262'144U + 131'072U);  // the window and what may wait
  EXPECT_TRUE(client.writable_streams.size() < 10);
  const auto before = client.writable_streams.size();
  EXPECT_EQ(read_all(server, 0).size(), 262'144U);
  pass();
  EXPECT_EQ(client.writable_streams.size(), before + 1);
}

TEST_F(SessionTest, BytesThatOvertakeOpenedSayTheSame) {
  join(0);
  join(1);
  client.session.open(StreamKind::tcp, kTarget, now);
  pass(0);
  server.session.accept(0);
  const Buffer opened = record(server, 0);
  server.session.write(0, bytes_of("fast"));
  ASSERT_TRUE(client.session.receive(1, record(server, 1), now));
  EXPECT_EQ(client.opened_streams, std::vector<StreamNumber>{0});
  ASSERT_TRUE(client.session.receive(0, opened, now));
  EXPECT_EQ(client.opened_streams.size(), 1U);
}

TEST_F(SessionTest, ResetEndsBothDirectionsOnBothSides) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("request"));
  pass();
  server.session.reset(0, ResetReason{5});
  pass();
  EXPECT_EQ(client.resets, (std::map<StreamNumber, ResetReason>{{0, ResetReason{5}}}));
  EXPECT_TRUE(server.resets.empty());
  EXPECT_EQ(client.session.read(0).state, Session::Read::State::gone);
  EXPECT_EQ(client.session.writable(0), 0U);
  wait(25ms);
  pass();
  EXPECT_EQ(client.session.retained().streams + server.session.retained().streams, 0U);
}

TEST_F(SessionTest, BytesThatAResetDropsAreNotLostToTheWindow) {
  join(0);
  for (StreamNumber i = 0; i < 50; ++i) {
    ASSERT_TRUE(client.session.open(StreamKind::tcp, kTarget, now));
    client.session.write(i, Buffer(100'000, 'x'));
    for (int n = 0; n < 3; ++n) record(client, i);  // lost with the connection
    client.session.reset(i, ResetReason::given_up);
    client.session.detach(i, now);
    join(i + 1);
    pass(i + 1);
    wait(25ms);
    pass(i + 1);
  }
  ASSERT_TRUE(client.session.open(StreamKind::tcp, kTarget, now));
  client.session.write(50, Buffer(131'072, 'x'));
  pass(50);
  EXPECT_EQ(read_all(server, 50).size(), 131'072U);
}

TEST_F(SessionTest, OpensNoMoreStreamsThanTheServerTakes) {
  for (int i = 0; i < 16; ++i) EXPECT_TRUE(client.session.open(StreamKind::tcp, kTarget, now));
  EXPECT_FALSE(client.session.open(StreamKind::tcp, kTarget, now));  // it has said nothing yet
  join(0);
  for (int i = 16; i < 256; ++i) EXPECT_TRUE(client.session.open(StreamKind::tcp, kTarget, now));
  EXPECT_FALSE(client.session.open(StreamKind::tcp, kTarget, now));
  pass();
  server.session.reset(100, ResetReason::given_up);
  pass();
  wait(25ms);
  pass();
  EXPECT_TRUE(client.session.open(StreamKind::tcp, kTarget, now));
  pass();
  EXPECT_EQ(server.new_streams.size(), 257U);
}

TEST_F(SessionTest, DatagramsGoOnceAndAreDroppedWhenTooMany) {
  join(0);
  client.session.open(StreamKind::udp, kTarget, now);
  EXPECT_FALSE(client.session.send_datagram(0, kTarget, Buffer(1'453)));
  int taken = 0;
  for (int i = 0; i < 100; ++i) taken += client.session.send_datagram(0, kTarget, Buffer(1'452)) ? 1 : 0;
  EXPECT_EQ(taken, 64);
  pass();
  for (int i = 0; i < 64; ++i) EXPECT_TRUE(server.session.receive_datagram(0));
  EXPECT_FALSE(server.session.receive_datagram(0));
  client.session.send_datagram(0, kTarget, bytes_of("lost"));
  record(client, 0);
  client.session.detach(0, now);
  EXPECT_FALSE(client.session.send_datagram(0, kTarget, bytes_of("no connection")));
  join(1);
  pass(1);
  EXPECT_FALSE(server.session.receive_datagram(0));
}

TEST_F(SessionTest, AUdpFlowEndsLikeAStream) {
  join(0);
  client.session.open(StreamKind::udp, kTarget, now);
  client.session.send_datagram(0, kTarget, bytes_of("query"));
  pass();
  server.session.accept(0);
  const auto query = server.session.receive_datagram(0);
  ASSERT_TRUE(query);
  EXPECT_EQ(query->address.to_string(), "192.0.2.1:443");
  EXPECT_EQ(text_of(query->bytes), "query");
  client.session.finish(0);
  server.session.finish(0);
  pass();
  server.session.send_datagram(0, kTarget, bytes_of("too late"));
  EXPECT_EQ(read_all(server, 0), "$");
  EXPECT_EQ(read_all(client, 0), "$");
}

TEST_F(SessionTest, DatagramsThatNobodyReadsGoWithTheirFlow) {
  join(0);
  client.session.open(StreamKind::udp, kTarget, now);
  client.session.send_datagram(0, kTarget, bytes_of("unread"));
  client.session.finish(0);
  pass();
  EXPECT_GT(server.session.retained().datagrams, 0U);
  server.session.finish(0);
  EXPECT_EQ(read_all(server, 0), "$");
  pass();
  wait(25ms);
  pass();
  EXPECT_EQ(server.session.retained().streams, 0U);
  EXPECT_EQ(server.session.retained().datagrams, 0U);
}

TEST_F(SessionTest, PadsARecordAsAsked) {
  join(0);
  pass();
  client.session.ping(0);
  const Buffer padded = record(client, 0, {.at_least = 500});
  EXPECT_EQ(padded.size(), 500U);
  EXPECT_TRUE(record(client, 0, {.at_least = 500}).empty());
  const Buffer cover = record(client, 0, {.at_least = 100, .even_if_empty = true});
  EXPECT_EQ(cover, Buffer(100, 0));
  EXPECT_TRUE(server.session.receive(0, padded, now));
  EXPECT_TRUE(server.session.receive(0, cover, now));
}

TEST_F(SessionTest, SaysOnceThatThereIsSomethingToSend) {
  join(0);
  pass();
  const int before = client.to_sends;
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("a"));
  client.session.write(0, bytes_of("b"));
  EXPECT_EQ(client.to_sends, before + 1);
  record(client, 0);
  client.session.write(0, bytes_of("c"));
  EXPECT_EQ(client.to_sends, before + 2);
}

// --- what a hostile peer sends ---

struct Hostile {
  const char* what;
  Role victim;
  const char* record;  // hexadecimal
  const char* fault;   // nullptr: no violation
};

class HostileTest : public SessionTest, public ::testing::WithParamInterface<Hostile> {};

Buffer hex(std::string_view text) {
  std::string digits;
  for (const char c : text)
    if (c != ' ') digits += c;
  return *decode_hex(digits);
}

// Connection 0 is up; the client has stream 0 (TCP, with 5 bytes) and 1 (UDP).
TEST_P(HostileTest, EndsTheSessionOnlyWhereItMust) {
  const Hostile& one = GetParam();
  client.session.open(StreamKind::tcp, kTarget, now);
  client.session.write(0, bytes_of("hello"));
  client.session.open(StreamKind::udp, kTarget, now);
  join(0);
  Side& victim = one.victim == Role::server ? server : client;
  const auto taken = victim.session.receive(0, hex(one.record), now);
  EXPECT_EQ(!taken, one.fault != nullptr) << one.what;
  if (!one.fault) return;
  EXPECT_EQ(taken ? "" : taken.error().message(),
            "tunnel: the other side broke the protocol (" + std::string(one.fault) + ")");
  EXPECT_EQ(victim.close_reason, CloseReason::violation);
  EXPECT_EQ(encode_hex(record(victim, 0)), "0c01");
  EXPECT_EQ(victim.session.retained().streams, 0U);
}

constexpr auto kServer = Role::server;
constexpr auto kClient = Role::client;
INSTANTIATE_TEST_SUITE_P(
    All, HostileTest,
    ::testing::Values(
        Hostile{"garbage", kServer, "0d", "frame of type 13"},
        Hostile{"RECEIVED for more", kServer, "03 00 4064", "RECEIVED for more than was sent"},
        Hostile{"RECEIVED for what was not", kServer, "03 05 00",
                "RECEIVED for a connection that there was not"},
        Hostile{"ENDED for itself", kServer, "04 00 00", "ENDED on the connection itself"},
        Hostile{"ENDED that never came", kServer, "04 05 00", nullptr},
        Hostile{"ENDED very far ahead", kServer, "04 ffffffffffffffff 00", nullptr},
        Hostile{"ENDED that never came, with a count", kServer, "04 05 01", "ENDED with more than was sent"},
        Hostile{"ENDED from a server that made it up", kClient, "04 05 00",
                "ENDED for a connection that there was not"},
        Hostile{"a frame behind RETIRE", kServer, "05 0700", "a frame behind RETIRE"},
        Hostile{"padding behind RETIRE", kServer, "05 0000", nullptr},
        Hostile{"OPEN twice", kServer, "06 00 01 01 c0000201 01bb", nullptr},
        Hostile{"a kind that there is not", kServer, "06 02 07 01 c0000201 01bb", nullptr},
        Hostile{"OPEN from a server", kClient, "06 02 01 01 c0000201 01bb", "OPEN from a server"},
        Hostile{"OPENED from a client", kServer, "07 00", "OPENED from a client"},
        Hostile{"OPENED twice", kClient, "07 00 07 00", nullptr},
        Hostile{"OPENED for nothing", kClient, "07 02", "no such stream"},
        Hostile{"a stream far ahead", kServer, "09 4100 00", "more streams than allowed"},
        Hostile{"a stream at the end of numbers", kServer, "10 ffffffffffffffff 00 00",
                "more streams than allowed"},
        Hostile{"as many streams as allowed", kServer, "09 40ff 00", nullptr},
        Hostile{"RESET twice", kServer, "08 00 00 05 08 00 00 05", nullptr},
        Hostile{"RESET twice that differ", kServer, "08 00 00 05 08 00 00 06",
                "RESET says otherwise what was sent"},
        Hostile{"RESET that denies bytes", kServer, "08 00 00 04", "RESET says otherwise what was sent"},
        Hostile{"RESET past the window", kServer, "08 00 00 ffffffffffffffff",
                "bytes past a stream's window"},
        Hostile{"bytes behind a RESET", kServer, "08 00 00 05 10 00 05 01 61",
                "bytes that contradict an END"},
        Hostile{"a window that shrinks", kServer, "09 00 00 0a 00", nullptr},
        Hostile{"windows without end", kServer, "09 00 ffffffffffffffff 0a ffffffffffffffff", nullptr},
        Hostile{"bytes past the window", kServer, "10 00 80040000 01 61", "bytes past a stream's window"},
        Hostile{"bytes up to the window", kServer, "10 00 8003ffff 01 61", nullptr},
        Hostile{"bytes past the window of all", kServer,
                "1002 8003ffff 0161 1003 8003ffff 0161 1004 8003ffff 0161 1005 8003ffff 0161",
                "bytes past the session's window"},
        Hostile{"bytes behind an END", kServer, "11 00 05 00 10 00 05 01 61", "bytes that contradict an END"},
        Hostile{"an earlier END", kServer, "11 00 06 00 11 00 05 00", "bytes that contradict an END"},
        Hostile{"an END before bytes", kServer, "11 00 04 00", "END before bytes that came"},
        Hostile{"the same END twice", kServer, "11 00 05 00 11 00 05 00", nullptr},
        Hostile{"bytes twice", kServer, "10 00 00 05 68656c6c6f", nullptr},
        Hostile{"bytes on a UDP flow", kServer, "10 01 00 01 61", "bytes on a UDP flow"},
        Hostile{"bytes before OPEN on a UDP flow", kServer, "10 02 00 01 61 06 02 02 01 c0000201 01bb",
                "bytes on a UDP flow"},
        Hostile{"a datagram on a TCP stream", kServer, "0b 00 01 c0000201 0035 00",
                "a datagram on a TCP stream"},
        Hostile{"a datagram before OPEN of a TCP stream", kServer,
                "0b 02 01 c0000201 0035 00 06 02 01 01 c0000201 01bb", "a datagram on a TCP stream"},
        Hostile{"a datagram before OPEN", kServer, "0b 02 01 c0000201 0035 00 06 02 02 01 c0000201 01bb",
                nullptr},
        Hostile{"frames of tomorrow", kServer, "40 02 abcd ff 00", nullptr}),
    [](const auto& one) {
      std::string name;
      for (const char* c = one.param.what; *c != 0; ++c)
        if (std::isalnum(static_cast<unsigned char>(*c)) != 0) name += *c;
      return name;
    });

TEST_F(SessionTest, TinyPiecesInTheWorstOrderCostNoMoreThanTheWindow) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  pass();
  // Every second byte of the window, from its end to its start, so that nothing can ever be read.
  for (std::uint64_t offset = 262'143; offset > 1; offset -= 2) {
    const auto taken = tell_server(Data{0, offset, bytes_of("x"), false});
    ASSERT_TRUE(taken) << taken.error().message();
  }
  EXPECT_LE(server.session.retained().unread, 262'144U * 9 / 8);
  EXPECT_EQ(read_all(server, 0), "");
}

TEST_F(SessionTest, AMillionStreamsAreAViolation) {
  join(0);
  Result<> taken;
  StreamNumber stream = 0;
  for (; taken && stream < 1'000'000; ++stream) taken = tell_server(Open{stream, StreamKind::tcp, kTarget});
  EXPECT_EQ(stream, 257U);
}

TEST_F(SessionTest, APeerThatOpensAndResetsWithoutReadingAnswersIsStopped) {
  join(0);
  Result<> taken;
  StreamNumber stream = 0;
  for (; taken && stream < 1'000'000; ++stream)
    taken = tell_server(Open{stream, StreamKind::tcp, kTarget}, Reset{stream, ResetReason::given_up, 0});
  EXPECT_EQ(stream, 257U);
}

TEST_F(SessionTest, APeerThatTellsNothingIsSentNoMoreThanAllowed) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  pass();
  ASSERT_TRUE(tell_server(Window{0, kMaxVarint}, All{kMaxVarint}));
  for (int i = 0; i < 10'000; ++i) {
    server.session.write(0, Buffer(server.session.writable(0), 'x'));
    record(server, 0);
  }
  EXPECT_LE(server.session.retained().untold, Session::kMaxUntold + kMaxPlaintext);
  EXPECT_LE(server.session.retained().unsent, 131'072U);
}

TEST_F(SessionTest, APeerThatNeverReadsIsSentAWindow) {
  join(0);
  client.session.open(StreamKind::tcp, kTarget, now);
  pass();
  for (int i = 0; i < 1'000; ++i) {
    server.session.write(0, Buffer(server.session.writable(0), 'x'));
    pass();
  }
  EXPECT_GE(client.session.retained().unread, 262'144U);
  EXPECT_LE(client.session.retained().unread, 262'144U * 9 / 8);
  EXPECT_EQ(client.session.retained().streams, 1U);
}

}  // namespace
}  // namespace rozaneh::tunnel
