// Two sessions and connections between them that are made, delayed, reordered against each other, frozen and
// killed at random, while streams of both sides write, end and reset at random. Every byte is checked by its
// content, and at every step that nobody keeps more than allowed.
//
// A failure prints its seed: run that one with ROZANEH_SEED=seed, and more of them with ROZANEH_SEEDS=count.
#include <gtest/gtest.h>

#include <cstdlib>
#include <deque>
#include <random>

#include "tunnel/side.h"

namespace rozaneh::tunnel {
namespace {

using namespace std::chrono_literals;
using testing::Side;

// What stands at an offset of one direction of a stream.
std::uint8_t content(StreamNumber stream, bool up, std::uint64_t offset) {
  std::uint64_t x = (stream * 2 + (up ? 1 : 0)) * 0x9e3779b97f4a7c15U + offset * 0xbf58476d1ce4e5b9U;
  x ^= x >> 29U;
  return static_cast<std::uint8_t>(x * 0x94d049bb133111ebU >> 56U);
}

// One direction of a connection: records that are on their way, in order.
struct Way {
  std::deque<Buffer> records;
};

struct Line {
  Way up, down;
  bool hello_down_sent = false;  // the server has taken the client's hello
  bool client_up = false;        // the client has the server's
  bool client_gone = false, server_gone = false;
  bool early_refused = false;
  bool retired = false;  // by either side
};

// What one end of a stream has done and seen.
struct End {
  std::uint64_t written = 0, read = 0;
  bool finished = false, end_seen = false, reset = false;  // reset: by this side
};

class Simulation {
 public:
  explicit Simulation(std::uint64_t seed) : random_(seed) {
    for (Parameters* side : {&client_says_, &server_says_}) {
      side->stream_window = kEarlyWindow << below(3);
      side->session_window = kEarlyWindow << below(3);
      side->streams = kEarlyStreams + below(8);
    }
    kill_every_ = 5 + below(200);
    reset_every_ = 10 + below(100);
    room_ = below(3) == 0 ? Session::kMinRoom + below(4'000) : kMaxPlaintext;
    client_ = std::make_unique<Side>(Role::client, client_says_, now_);
    server_ = std::make_unique<Side>(Role::server, server_says_, now_);
  }

  void run() {
    for (int i = 0; i < 400 && !::testing::Test::HasFailure(); ++i) step();
    if (!::testing::Test::HasFailure()) quiet_end();
  }
  [[nodiscard]] std::uint64_t datagrams() const { return datagrams_; }
  [[nodiscard]] std::uint64_t restarts() const { return restarts_; }

 private:
  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Session& session(bool up) { return up ? client_->session : server_->session; }

  // --- the network ---

  void join() {
    if (lines_.size() >= 12) return;
    const ConnectionNumber number = there_ ? next_connection_ : 0;
    if (!there_ && lines_.contains(0)) return;
    ASSERT_TRUE(client_->session.attach(number, now_));
    if (there_) ++next_connection_;
    Buffer room(room_);
    if (below(4) == 0) room.clear();
    room.resize(client_->session.hello(number, room, now_));
    lines_[number] = Line();
    lines_[number].up.records.push_back(std::move(room));
  }

  void send(ConnectionNumber number, bool up) {
    Line& line = lines_[number];
    if (up ? line.client_gone || !line.client_up : line.server_gone || !line.hello_down_sent) return;
    Way& way = up ? line.up : line.down;
    if (way.records.size() >= 4) return;
    Buffer room(room_);
    const Shape shape{.at_least = below(8) == 0 ? below(room_) : 0, .even_if_empty = below(20) == 0};
    room.resize(session(up).next_record(number, room, now_, shape));
    if (!room.empty()) way.records.push_back(std::move(room));
  }

  void deliver(ConnectionNumber number, bool up) {
    Line& line = lines_[number];
    Way& way = up ? line.up : line.down;
    if (way.records.empty()) return;
    const Buffer record = std::move(way.records.front());
    way.records.pop_front();
    if (up && !line.hello_down_sent) return deliver_hello(number, record);
    if (up ? line.server_gone : line.client_gone) {
      // Too late: it must not be taken any more.
      const auto before = session(!up).retained().unread;
      EXPECT_TRUE(session(!up).receive(number, record, now_));
      EXPECT_EQ(session(!up).retained().unread, before);
      return;
    }
    if (!up && !line.client_up) {
      line.client_up = true;
      if (!there_) client_->session.peer_says(server_says_);
      there_ = true;
      if (line.early_refused) client_->session.refuse_early(number);
    }
    const auto taken = session(!up).receive(number, record, now_);
    EXPECT_TRUE(taken) << (taken ? "" : taken.error().message());
  }

  void deliver_hello(ConnectionNumber number, const Buffer& hello) {
    Line& line = lines_[number];
    if (!server_->session.attach(number, now_)) {
      EXPECT_TRUE(line.client_gone) << "a number that is in use was refused";
      line.server_gone = true;
      return;
    }
    const bool is_new = !server_there_;
    if (is_new) server_->session.peer_says(client_says_);
    server_there_ = true;
    line.hello_down_sent = true;
    line.early_refused = is_new && below(2) == 0;
    if (!line.early_refused) {
      const auto taken = server_->session.receive(number, hello, now_);
      EXPECT_TRUE(taken) << (taken ? "" : taken.error().message());
    }
    Buffer room(room_);
    room.resize(server_->session.hello(number, room, now_));
    line.down.records.push_back(std::move(room));
  }

  // One side notices the end of a connection; what was under way to it is lost, what is on the way to the
  // other may still arrive there, until that side notices.
  void kill(ConnectionNumber number, bool up) {
    Line& line = lines_[number];
    if (!there_ && server_there_) return;  // would be another session: its owner's affair
    if (!there_ && below(10) != 0) return;
    bool& gone = up ? line.client_gone : line.server_gone;
    if (gone || (!up && !line.hello_down_sent)) return;
    gone = true;
    session(up).detach(number, now_);
    if (!there_ || below(2) == 0) (up && there_ ? line.down : line.up).records.clear();
  }

  // Another process takes the server's place: nothing but what it is handed stays.
  void restart() {
    if (!server_there_) return;
    const Buffer bytes = encode(
        {.name = {}, .secret = {}, .client = {}, .session = server_->session.snapshot(now_), .outlets = {}});
    const auto handed = decode_served(bytes);
    ASSERT_TRUE(handed);
    auto fresh = std::make_unique<Side>(Role::server, handed->session.ours, now_);
    fresh->resets = server_->resets;
    for (const auto& [number, line] : lines_) server_->session.detach(number, now_);
    fresh->session.restore(handed->session, now_);
    EXPECT_EQ(fresh->session.retained().untold, server_->session.retained().untold);
    EXPECT_EQ(fresh->session.retained().unsent, server_->session.retained().unsent);
    for (auto& [number, line] : lines_)
      if (line.hello_down_sent) line.server_gone = true;
    server_ = std::move(fresh);
    ++restarts_;
  }

  // A dead connection goes away for good once nothing of it is under way.
  void sweep() {
    for (auto* side : {client_.get(), server_.get()}) {
      for (const ConnectionNumber number : side->overs) {
        if (!lines_.contains(number)) continue;
        (side == client_.get() ? lines_[number].client_gone : lines_[number].server_gone) = true;
        side->session.detach(number, now_);
      }
      side->overs.clear();
      for (const ConnectionNumber number : side->suspects)
        if (lines_.contains(number) && below(2) == 0) kill(number, side == client_.get());
      side->suspects.clear();
    }
    for (auto at = lines_.begin(); at != lines_.end();)
      at = swept(at->first, at->second) ? lines_.erase(at) : std::next(at);
  }

  // Lets the other side notice an end, at last; whether nothing is left of the connection.
  bool swept(ConnectionNumber number, Line& line) {
    if (line.client_gone && !line.hello_down_sent) return line.up.records.empty();
    if (line.client_gone && !line.server_gone && line.up.records.empty() && below(4) == 0) {
      server_->session.detach(number, now_);
      line.server_gone = true;
    }
    if (line.server_gone && !line.client_gone && line.down.records.empty() && below(4) == 0) {
      client_->session.detach(number, now_);
      line.client_gone = true;
    }
    return line.client_gone && line.server_gone && line.up.records.empty() && line.down.records.empty();
  }

  void pass_time(Duration time) {
    now_ += time;
    for (auto* side : {client_.get(), server_.get()}) {
      const auto next = side->session.next_time();
      ASSERT_TRUE(next);
      if (*next <= now_) side->session.tick(now_);
    }
  }

  // --- the applications ---

  void open() {
    const StreamKind kind = !quiet_ && below(5) == 0 ? StreamKind::udp : StreamKind::tcp;
    const auto stream = client_->session.open(kind, Target(*Target::parse("192.0.2.1:1")), now_);
    if (!stream) return;
    ends_[true][*stream] = End();
    if (kind == StreamKind::udp) flows_.insert(*stream);
  }

  void accept() {
    for (const StreamNumber stream : server_->new_streams) {
      EXPECT_FALSE(ends_[false].contains(stream)) << "a stream was opened twice";
      ends_[false][stream] = End();
      if (!quiet_ && below(20) == 0) {
        server_->session.reset(stream, ResetReason::connection_failed);
        ends_[false][stream].reset = true;
      } else {
        server_->session.accept(stream);
      }
    }
    server_->new_streams.clear();
  }

  bool dead(bool up, StreamNumber stream) const {
    const auto& side = up ? *client_ : *server_;
    return ends_[up].at(stream).reset || side.resets.contains(stream);
  }

  void write(bool up, StreamNumber stream) {
    End& end = ends_[up][stream];
    if (end.finished || dead(up, stream)) return;
    if (flows_.contains(stream)) return send_datagram(up, stream);
    const std::size_t room = session(up).writable(stream);
    if (room == 0) return;
    const std::uint64_t most = below(4) == 0 ? 70'000 : below(2) == 0 ? 3'000 : 50;
    Buffer bytes(std::min<std::size_t>(room, 1 + below(most)));
    for (auto& byte : bytes) byte = content(stream, up, end.written++);
    session(up).write(stream, bytes);
  }

  // Its size says what it holds.
  void send_datagram(bool up, StreamNumber stream) {
    Buffer bytes(below(1'453));
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = content(stream, up, bytes.size() * 2'000 + i);
    session(up).send_datagram(stream, Target(*Target::parse("192.0.2.1:53")), bytes);
  }

  void receive_datagrams(bool up, StreamNumber stream) {
    while (const auto datagram = session(up).receive_datagram(stream)) {
      const Buffer& bytes = datagram->bytes;
      for (std::size_t i = 0; i < bytes.size(); ++i)
        ASSERT_EQ(bytes[i], content(stream, !up, bytes.size() * 2'000 + i));
      ++datagrams_;
    }
  }

  void finish(bool up, StreamNumber stream) {
    End& end = ends_[up][stream];
    if (dead(up, stream)) return;
    end.finished = true;
    session(up).finish(stream);
  }

  void reset(bool up, StreamNumber stream) {
    End& end = ends_[up][stream];
    if (dead(up, stream)) return;
    if (end.finished && end.end_seen) return;
    end.reset = true;
    session(up).reset(stream, ResetReason::given_up);
    EXPECT_EQ(session(up).read(stream).state, Session::Read::State::gone);
  }

  void read(bool up, StreamNumber stream, std::size_t most = 1'000) {
    End& end = ends_[up][stream];
    if (flows_.contains(stream)) receive_datagrams(up, stream);
    for (std::size_t i = 0; i < most; ++i) {
      const auto got = session(up).read(stream);
      if (got.state == Session::Read::State::end) {
        EXPECT_FALSE(end.end_seen);
        end.end_seen = true;
        const auto other = ends_[!up].find(stream);
        ASSERT_NE(other, ends_[!up].end());
        EXPECT_TRUE(other->second.finished);
        EXPECT_EQ(end.read, other->second.written);
      }
      if (got.state != Session::Read::State::bytes) return;
      ASSERT_FALSE(got.piece.bytes.empty());
      EXPECT_FALSE(dead(up, stream));
      for (const std::uint8_t byte : got.piece.bytes)
        ASSERT_EQ(byte, content(stream, !up, end.read++)) << "stream " << stream;
    }
  }

  // A stream of this side, at random.
  std::optional<StreamNumber> some(bool up) {
    auto& ends = ends_[up];
    if (ends.empty()) return std::nullopt;
    auto at = ends.lower_bound(below(ends.rbegin()->first + 1));
    return at->first;
  }

  // --- what happens ---

  void step() {
    const bool up = below(2) == 0;
    switch (below(8)) {
      case 0:
        if (below(3) == 0) join();
        if (below(3) == 0) open();
        accept();
        break;
      case 1:
        pass_time(std::chrono::microseconds(below(30'000)));
        break;
      default:
        act_on_stream(up);
        act_on_line();
        act_on_line();
    }
    sweep();
    check();
  }

  void act_on_stream(bool up) {
    const auto stream = some(up);
    if (!stream) return;
    if (below(reset_every_) == 0) return reset(up, *stream);
    if (below(15) == 0) return finish(up, *stream);
    if (below(2) == 0) return read(up, *stream, 1 + below(3));
    write(up, *stream);
  }

  void act_on_line() {
    if (lines_.empty()) return;
    auto at = lines_.begin();
    std::advance(at, below(lines_.size()));
    const ConnectionNumber number = at->first;
    const bool up = below(2) == 0;
    if (below(kill_every_) == 0) return below(8) == 0 ? restart() : kill(number, up);
    if (at->second.client_up && below(100) == 0) {
      at->second.retired = true;
      session(up).retire(number);
    }
    if (below(60) == 0) session(up).ping(number);
    if (below(2) == 0) return send(number, up);
    deliver(number, up);
  }

  void check() {
    for (const bool up : {false, true}) {
      const Parameters& ours = up ? client_says_ : server_says_;
      const Retained kept = session(up).retained();
      const std::size_t streams = kept.streams;
      EXPECT_LE(kept.unread, ours.session_window * 5 / 4 + streams * 10'000);
      EXPECT_LE(kept.untold, Session::kMaxUntold + kMaxPlaintext);
      EXPECT_LE(kept.untold_frames, Session::kMaxUntoldFrames + 256);
      EXPECT_LE(kept.unsent, (std::size_t{1} << 20U) + streams * 16'384 + 131'072);
      EXPECT_LE(streams, up ? server_says_.streams : 3 * server_says_.streams);
      EXPECT_LE(kept.connections, 64U + 8U);
      EXPECT_LE(kept.datagrams, Session::kMaxDatagramBytes + 2'048);
      EXPECT_FALSE(session(up).ended());
    }
  }

  // From here on nothing is killed, and everything that was begun must end, with nothing kept.
  void quiet_end() {
    quiet_ = true;
    settle(true);
    check_opened();
    probe();
    settle(true);
    for (const bool up : {false, true}) {
      const Retained kept = session(up).retained();
      EXPECT_EQ(kept.streams, 0U) << (up ? "client" : "server");
      EXPECT_EQ(kept.untold, 0U);
      EXPECT_EQ(kept.unsent, 0U);
      EXPECT_EQ(kept.unread, 0U);
      EXPECT_EQ(kept.datagrams, 0U);
      EXPECT_LE(kept.untold_frames, 1U);
    }
  }

  // What went well was opened, once.
  void check_opened() {
    for (const auto& [stream, end] : ends_[true]) {
      if (dead(true, stream) || !ends_[false].contains(stream) || dead(false, stream)) continue;
      EXPECT_EQ(std::ranges::count(client_->opened_streams, stream), 1) << "stream " << stream;
    }
  }

  // Windows that leaked would stop a stream that needs both of them more than once.
  void probe() {
    open();
    const StreamNumber stream = ends_[true].rbegin()->first;
    const std::uint64_t enough =
        100'000 + 2 * std::max(client_says_.session_window, server_says_.session_window);
    bool done = false;
    for (int round = 0; round < 1'000 && !done && !::testing::Test::HasFailure(); ++round) {
      exchange();
      done = true;
      for (const bool up : {false, true}) {
        if (ends_[up].contains(stream) && ends_[up][stream].written >= enough) continue;
        done = false;
        if (ends_[up].contains(stream)) write(up, stream);
      }
    }
    EXPECT_TRUE(done) << "no window is left" << stuck();
  }

  // Lets everything pass that can, and reads it.
  void exchange() {
    if (std::ranges::none_of(lines_, [](const auto& l) {
          return !l.second.client_gone && !l.second.server_gone && !l.second.retired;
        }))
      join();
    pass_time(5ms);
    for (int i = 0; i < 4; ++i)
      for (const auto& number : numbers())
        for (const bool up : {false, true}) {
          send(number, up);
          deliver(number, up);
          deliver(number, up);
        }
    sweep();
    accept();
    for (const bool up : {false, true})
      for (const auto& [stream, end] : ends_[up])
        if (!end.end_seen) read(up, stream);
    check();
  }

  std::vector<ConnectionNumber> numbers() const {
    std::vector<ConnectionNumber> all;
    for (const auto& [number, line] : lines_) all.push_back(number);
    return all;
  }

  void settle(bool finish_all) {
    for (int round = 0; round < 3'000 && !::testing::Test::HasFailure(); ++round) {
      exchange();
      bool done = there_;
      for (const bool up : {false, true})
        for (const auto& [stream, end] : ends_[up]) {
          if (finish_all && !end.finished) finish(up, stream);
          done = done && (dead(up, stream) || end.end_seen);
        }
      for (const bool up : {false, true}) {
        const Retained kept = session(up).retained();
        done = done && kept.streams == 0 && kept.untold == 0;
      }
      if (done) return;
    }
    ADD_FAILURE() << "does not come to an end" << stuck();
  }

  std::string stuck() {
    std::string out;
    for (const auto& [number, line] : lines_)
      out += "\nline " + std::to_string(number) + " up " + std::to_string(line.up.records.size()) + " down " +
             std::to_string(line.down.records.size()) + (line.hello_down_sent ? " server" : "") +
             (line.client_up ? " client" : "") + (line.server_gone ? " server-gone" : "") +
             (line.client_gone ? " client-gone" : "") + (line.retired ? " retired" : "");
    for (const bool up : {false, true}) {
      const Retained kept = session(up).retained();
      out += std::string(up ? "\nclient" : "\nserver") + " unsent " + std::to_string(kept.unsent) +
             " untold " + std::to_string(kept.untold) + " in " + std::to_string(kept.untold_frames) +
             " streams " + std::to_string(kept.streams) + " connections " + std::to_string(kept.connections) +
             ", open:";
      for (const auto& [stream, end] : ends_[up])
        if (!dead(up, stream) && !end.end_seen)
          out += " " + std::to_string(stream) + " written " + std::to_string(end.written) + " read " +
                 std::to_string(end.read);
    }
    return out;
  }

  std::mt19937_64 random_;
  Time now_{Time(1h)};
  Parameters client_says_, server_says_;
  std::uint64_t kill_every_ = 0, reset_every_ = 0;
  std::size_t room_ = 0;
  bool quiet_ = false;                         // nothing is broken any more
  bool there_ = false, server_there_ = false;  // the session: known to the client, to the server
  ConnectionNumber next_connection_ = 1;
  std::map<ConnectionNumber, Line> lines_;
  std::unique_ptr<Side> client_, server_;
  std::map<StreamNumber, End> ends_[2];  // the server's, the client's
  std::set<StreamNumber> flows_;         // the streams that are UDP flows
  std::uint64_t restarts_ = 0;
  std::uint64_t datagrams_ = 0;  // that arrived
};

std::uint64_t number_from(const char* name, std::uint64_t otherwise) {
  const char* text = std::getenv(name);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

TEST(TunnelSession, LosesNothingWhateverBecomesOfItsConnections) {
  const std::uint64_t first = number_from("ROZANEH_SEED", 1);
  const std::uint64_t count =
      number_from("ROZANEH_SEEDS", std::getenv("ROZANEH_SEED") == nullptr ? 1'000 : 1);
  std::uint64_t datagrams = 0, restarts = 0;
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    Simulation simulation(seed);
    simulation.run();
    datagrams += simulation.datagrams();
    restarts += simulation.restarts();
    ASSERT_FALSE(HasFailure()) << "ROZANEH_SEED=" << seed;
  }
  if (count > 100) {
    EXPECT_GT(restarts, count / 10);
    EXPECT_GT(datagrams, count);  // they may be lost, but not all of them
  }
}

}  // namespace
}  // namespace rozaneh::tunnel
