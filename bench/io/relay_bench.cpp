// What a relay between two TCP connections costs its thread for each gigabyte: through our buffers (0), or
// moved by the kernel (1). Sender and receiver are threads of their own, on loopback.
#include "io/relay.h"

#include <benchmark/benchmark.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <thread>

#include "io/dial.h"
#include "io/listener.h"

namespace rozaneh::io {
namespace {

constexpr std::size_t kCarried = 1'000'000'000;  // bytes a round

class StderrLog final : public Log {
 public:
  [[nodiscard]] bool enabled(Level level) const override { return level == Level::error; }
  void write(Level /*level*/, std::string_view line) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
};

const Endpoint kAny{IpAddress(std::array<std::uint8_t, 4>{127, 0, 0, 1}), 0};

int connect_to(const Endpoint& at) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const auto address = to_asio(at);
  if (connect(socket, address.data(), static_cast<socklen_t>(address.size())) != 0) std::abort();
  return socket;
}

void send_all(const Endpoint& to) {
  const int socket = connect_to(to);
  const Buffer block(128 * 1024, 0x5A);
  for (std::size_t left = kCarried; left > 0;) {
    const ssize_t count = send(socket, block.data(), std::min(left, block.size()), 0);
    if (count <= 0) std::abort();
    left -= static_cast<std::size_t>(count);
  }
  close(socket);
}

void receive_all(const Endpoint& from) {
  const int socket = connect_to(from);
  Buffer block(128 * 1024);
  shutdown(socket, SHUT_WR);
  while (recv(socket, block.data(), block.size(), 0) > 0) continue;
  close(socket);
}

Task<> carry(Loop& loop, Listener& left, Listener& right, bool splices, std::uint64_t& carried) {
  auto one = co_await left.accept();
  auto other = co_await right.accept();
  Counters counters;
  const RelayOptions options{.idle_limit = {}, .splices = splices};
  const auto outcome = co_await relay(loop, *one->stream, *other->stream, counters, options);
  carried = outcome ? counters.up.load() : 0;
}

void relay_tcp(benchmark::State& state) {
  (void)std::signal(SIGPIPE, SIG_IGN);
  StderrLog log;
  std::uint64_t all = 0;
  for (auto _ : state) {
    Loop loop(log);
    auto left = Listener::open(loop, kAny);
    auto right = Listener::open(loop, kAny);
    std::thread sender([at = left->endpoint()] { send_all(at); });
    std::thread receiver([at = right->endpoint()] { receive_all(at); });
    std::uint64_t carried = 0;
    loop.spawn(carry(loop, *left, *right, state.range(0) != 0, carried));
    loop.run();
    sender.join();
    receiver.join();
    if (carried != kCarried) state.SkipWithError("not all was carried");
    all += carried;
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(all));
}
BENCHMARK(relay_tcp)->Arg(0)->Arg(1)->Iterations(3)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
}  // namespace rozaneh::io
