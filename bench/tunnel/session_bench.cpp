// What the tunnel's session costs beside its ciphers: one bulk stream from one session to another, both on
// this thread, so the time of a side is about half of what is shown; and many small streams.
#include "tunnel/session.h"

#include <benchmark/benchmark.h>

namespace rozaneh::tunnel {
namespace {

class Silent final : public Observer {
 public:
  void to_send() override {}
  void incoming(StreamNumber, StreamKind, const Target&) override {}
  void opened(StreamNumber) override {}
  void can_open() override {}
  void readable(StreamNumber) override {}
  void writable(StreamNumber) override {}
  void reset(StreamNumber, ResetReason) override {}
  void suspect(ConnectionNumber) override {}
  void over(ConnectionNumber) override {}
  void closed(CloseReason) override {}
};

// Two sessions with connections between them whose records arrive at once.
class Pair {
 public:
  Pair(std::uint64_t streams, ConnectionNumber connections) : connections_(connections) {
    for (ConnectionNumber number = 0; number < connections; ++number) {
      client_.attach(number, now_);
      server_.attach(number, now_);
      client_.hello(number, room_, now_);
      server_.peer_says(Parameters());
      benchmark::DoNotOptimize(server_.receive(number, {}, now_));
      const std::size_t size = server_.hello(number, room_, now_);
      client_.peer_says(Parameters());
      benchmark::DoNotOptimize(client_.receive(number, Bytes(room_).first(size), now_));
    }
    for (StreamNumber stream = 0; stream < streams; ++stream) {
      client_.open(StreamKind::tcp, *Target::parse("192.0.2.1:1"), now_);
    }
  }

  Session& client() { return client_; }

  // Carries all there is; how many bytes of streams came.
  std::size_t pass(std::uint64_t streams) {
    std::size_t arrived = 0;
    for (bool more = true; more;) {
      now_ += std::chrono::microseconds(10);
      more = carry(client_, server_);
      for (StreamNumber stream = 0; stream < streams; ++stream) {
        for (auto read = server_.read(stream); read.state == Session::Read::State::bytes;
             read = server_.read(stream))
          arrived += read.piece.bytes.size();
      }
      more = carry(server_, client_) || more;
    }
    return arrived;
  }

 private:
  bool carry(Session& from, Session& to) {
    bool any = false;
    for (ConnectionNumber number = 0; number < connections_; ++number) {
      const std::size_t size = from.next_record(number, room_, now_);
      if (size > 0 && !to.receive(number, Bytes(room_).first(size), now_)) std::abort();
      any = any || size > 0;
    }
    return any;
  }

  Time now_{std::chrono::hours(1)};
  Silent silent_;
  Session client_{Role::client, Parameters(), silent_, now_};
  Session server_{Role::server, Parameters(), silent_, now_};
  ConnectionNumber connections_;
  Buffer room_ = Buffer(kMaxPlaintext);
};

// Arguments: connections, and the size of a piece as a socket's read gives it.
void bulk(benchmark::State& state) {
  Pair pair(1, static_cast<ConnectionNumber>(state.range(0)));
  const Piece piece = Piece::copy_of(Buffer(static_cast<std::size_t>(state.range(1)), 7));
  std::size_t bytes = 0;
  for (auto _ : state) {
    pair.client().write(0, piece);
    bytes += pair.pass(1);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(bulk)->Args({1, 65'536})->Args({4, 65'536})->Args({1, 1'400});

// Each of so many streams writes a keystroke.
void keystrokes(benchmark::State& state) {
  const auto streams = static_cast<StreamNumber>(state.range(0));
  Pair pair(streams, 1);
  std::size_t bytes = 0;
  for (auto _ : state) {
    for (StreamNumber stream = 0; stream < streams; ++stream) pair.client().write(stream, bytes_of("k"));
    bytes += pair.pass(streams);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(keystrokes)->Arg(1)->Arg(200);

}  // namespace
}  // namespace rozaneh::tunnel
