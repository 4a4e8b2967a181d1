#include "tunnel/hand_over.h"

#include <gtest/gtest.h>

#include <array>

#include "tunnel/side.h"

namespace rozaneh::tunnel {
namespace {

using namespace std::chrono_literals;
using testing::Side;

const Target kTarget(*Target::parse("server.example:443"));

Buffer numbered(std::size_t size) {
  Buffer bytes(size);
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::uint8_t>(i * 7 + i / 251);
  return bytes;
}

// A session with streams in many states, whose client is there to go on with it.
struct Busy {
  Time now{1h};
  Side client{Role::client, {}, now};
  std::unique_ptr<Side> server = std::make_unique<Side>(Role::server, Parameters(), now);

  Busy() {
    join(0);
    for (int i = 0; i < 6; ++i) client.session.open(StreamKind::tcp, kTarget, now);
    client.session.open(StreamKind::udp, Target(), now);
    client.session.write(0, numbered(50'000));  // waits to be read
    client.session.write(1, numbered(10));      // finished by the client
    client.session.finish(1);
    pass();
    for (StreamNumber i = 0; i < 5; ++i) server->session.accept(i);
    server->session.write(0, numbered(30'000));  // sent, not told of
    server->session.write(2, numbered(100'000));
    server->session.finish(2);  // half closed by the server
    server->session.reset(3, ResetReason::connection_failed);
    Buffer room(kMaxPlaintext);
    server->session.next_record(0, room, now);
  }

  void join(ConnectionNumber number) {
    ASSERT_TRUE(client.session.attach(number, now));
    ASSERT_TRUE(server->session.attach(number, now));
    if (number == 0) server->session.peer_says(Parameters());
    Buffer room(kMaxPlaintext);
    room.resize(client.session.hello(number, room, now));
    ASSERT_TRUE(server->session.receive(number, room, now));
    room.resize(kMaxPlaintext);
    room.resize(server->session.hello(number, room, now));
    if (number == 0) client.session.peer_says(Parameters());
    ASSERT_TRUE(client.session.receive(number, room, now));
  }

  void pass(ConnectionNumber number = 0) {
    for (bool more = true; more;) {
      more = false;
      for (auto [from, to] : {std::pair(&client, server.get()), std::pair(server.get(), &client)}) {
        Buffer room(kMaxPlaintext);
        room.resize(from->session.next_record(number, room, now));
        if (room.empty()) continue;
        ASSERT_TRUE(to->session.receive(number, room, now));
        more = true;
      }
    }
  }

  [[nodiscard]] ServedSnapshot snapshot() const {
    ServedSnapshot served;
    served.name.fill(7);
    served.client = *Endpoint::parse("[2001:db8::1]:4711");
    served.user.emplace().fill(9);
    served.session = server->session.snapshot(now);
    static const Buffer held = numbered(70'000);
    served.outlets.push_back({.stream = 0, .socket = 99, .shut = true, .held = {{nullptr, held}}});
    served.outlets.push_back({.stream = 4, .socket = 100, .read_to_end = true, .held = {}});
    served.flows.push_back(
        {.stream = 6,
         .only = kTarget,
         .sockets = {101, 102},
         .remotes = {*Endpoint::parse("192.0.2.1:53"), *Endpoint::parse("[2001:db8::2]:53")}});
    return served;
  }

  void replace_server(const SessionSnapshot& session) {
    server = std::make_unique<Side>(Role::server, session.ours, now);
    server->session.restore(session, now);
  }
};

Buffer read_all(Session& session, StreamNumber stream) {
  Buffer all;
  for (;;) {
    const auto read = session.read(stream);
    if (read.state != Session::Read::State::bytes) return all;
    append(all, read.piece.bytes);
  }
}

Buffer whole(const Busy& busy, int sessions = 1) {
  HandOverWriter writer;
  HandOverHead head;
  head.started = std::chrono::sys_seconds(1'000s);
  head.seen = {{.hash = 5, .seen = std::chrono::sys_seconds(1'234s)}};
  Buffer all = writer.head(head);
  for (int i = 0; i < sessions; ++i) append(all, writer.session(busy.snapshot()));
  append(all, writer.end());
  return all;
}

TEST(HandOver, KeepsStreamsInEveryState) {
  Busy busy;
  const Buffer bytes = encode(busy.snapshot());
  const auto served = decode_served(bytes);
  ASSERT_TRUE(served);
  EXPECT_EQ(encode(*served), bytes);
  EXPECT_EQ(served->user, busy.snapshot().user);
  EXPECT_EQ(served->client, *Endpoint::parse("[2001:db8::1]:4711"));
  busy.client.session.detach(0, busy.now);
  busy.replace_server(served->session);
  Session& server = busy.server->session;
  // Neither accepted nor refused: told of again.
  EXPECT_EQ(busy.server->new_streams, (std::vector<StreamNumber>{5, 6}));
  EXPECT_EQ(busy.server->targets[5], "server.example:443");
  EXPECT_EQ(read_all(server, 0), numbered(50'000));
  EXPECT_EQ(read_all(server, 1), numbered(10));
  busy.join(1);
  busy.pass(1);
  EXPECT_EQ(read_all(busy.client.session, 0), numbered(30'000));
  EXPECT_EQ(read_all(busy.client.session, 2), numbered(100'000));
  EXPECT_EQ(busy.client.resets[3], ResetReason::connection_failed);
}

TEST(HandOver, TakesNoConnectionNumberTwice) {
  Busy busy;
  busy.replace_server(busy.server->session.snapshot(busy.now));
  EXPECT_FALSE(busy.server->session.attach(0, busy.now));
  EXPECT_TRUE(busy.server->session.attach(1, busy.now));
}

TEST(HandOver, CountsTheTimeWithoutStreamsOn) {
  Time now{1h};
  Side side(Role::server, {}, now);
  side.session.peer_says({});
  const SessionSnapshot session = side.session.snapshot(now + 59min);
  Side next(Role::server, session.ours, now);
  next.session.restore(session, now + 59min);
  EXPECT_EQ(next.session.next_time(), now + 1h);
}

TEST(HandOver, HasItsSessionsAndWhatTheServerRemembers) {
  const Busy busy;
  const Buffer bytes = whole(busy, 3);
  auto reader = HandOverReader::open(bytes);
  ASSERT_TRUE(reader);
  EXPECT_EQ(reader->head().started, std::chrono::sys_seconds(1'000s));
  ASSERT_EQ(reader->head().seen.size(), 1U);
  EXPECT_EQ(reader->head().seen[0].hash, 5U);
  for (int i = 0; i < 3; ++i) {
    const auto served = reader->next();
    ASSERT_TRUE(served && *served);
    EXPECT_EQ((*served)->outlets.size(), 2U);
    EXPECT_EQ((*served)->outlets[0].socket, 99U);
  }
  const auto end = reader->next();
  EXPECT_TRUE(end && !*end);
}

TEST(HandOver, IsRefusedWithAnyByteChangedOrMissing) {
  const Busy busy;
  Buffer bytes = whole(busy);
  const std::size_t step = 37;  // a prime: all of the small fields at the start, and some of what is long
  for (std::size_t i = 0; i < bytes.size(); i += i < 2'000 ? 1 : step * 11) {
    bytes[i] ^= 1U;
    EXPECT_FALSE(HandOverReader::open(bytes)) << i;
    bytes[i] ^= 1U;
    EXPECT_FALSE(HandOverReader::open(Bytes(bytes).first(i))) << i;
  }
  EXPECT_TRUE(HandOverReader::open(bytes));
}

TEST(HandOver, SaysThatItIsOfAnotherVersion) {
  Buffer bytes = whole(Busy());
  bytes[17] = 2;
  const auto reader = HandOverReader::open(bytes);
  ASSERT_FALSE(reader);
  EXPECT_NE(reader.error().message().find("version 2"), std::string::npos);
}

// Damage that the digest would find, but that must do no harm without it either.
TEST(HandOver, MakesNoSessionThatCannotBe) {
  Busy busy;
  Buffer bytes = encode(busy.snapshot());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < 1'500; ++i) {
    EXPECT_FALSE(decode_served(Bytes(bytes).first(i)));
    for (const auto flip : std::array<std::uint8_t, 3>{0x01, 0x80, 0xff}) {
      bytes[i] ^= flip;
      const auto served = decode_served(bytes);
      if (served) {
        Busy other;
        other.replace_server(served->session);
        (void)read_all(other.server->session, 0);
      } else {
        ++refused;
      }
      bytes[i] ^= flip;
    }
  }
  EXPECT_GT(refused, 0U);
}

}  // namespace
}  // namespace rozaneh::tunnel
