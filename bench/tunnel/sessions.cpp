// Idle sessions by the thousand, each with a connection of its own: what does a server keep for one?
//
//     sessions LINK COUNT     makes them, prints "ready", and ends with its standard input
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "crypto/random.h"
#include "io/dial.h"
#include "io/state.h"
#include "proxy/way.h"
#include "tunnel/client.h"
#include "wire/link.h"

namespace {

using namespace rozaneh;

constexpr std::size_t kAtOnce = 64;

class ErrorsOnly final : public Log {
 public:
  [[nodiscard]] bool enabled(Level level) const override { return level == Level::error; }
  void write(Level /*level*/, std::string_view line) override {
    std::fprintf(stderr, "%.*s\n", static_cast<int>(line.size()), line.data());
  }
};

class OneWay final : public tunnel::Carrier {
 public:
  OneWay(io::Loop& loop, proxy::WayDialer& way) : raw_(loop), way_(way) {}
  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t /*at_once*/) override {
    return way_.dial(loop, raw_);
  }

 private:
  io::TcpDialer raw_;
  proxy::WayDialer& way_;
};

class Crowd {
 public:
  Crowd(io::Loop& loop, proxy::WayDialer& way, std::size_t count) : loop_(loop), way_(way), left_(count) {}

  void begin() {
    for (std::size_t i = 0; i < kAtOnce; ++i) loop_.spawn(make());
  }

 private:
  io::Task<> make() {
    while (left_ > 0) {
      --left_;
      ++under_way_;
      const auto key = *way_.tunnel_key();
      const auto carrier = std::make_shared<OneWay>(loop_, way_);
      const auto client = tunnel::Client::make(loop_, {.server = key}, carrier);
      const auto started = co_await client->start();
      if (!started) {
        std::fprintf(stderr, "%s\n", started.error().message().c_str());
        std::_Exit(1);
      }
      there_.push_back(client);
      if (--under_way_ == 0 && left_ == 0) {
        std::puts("ready");
        std::fflush(stdout);
      }
    }
  }

  io::Loop& loop_;
  proxy::WayDialer& way_;
  std::size_t left_;
  std::size_t under_way_ = 0;
  std::vector<std::shared_ptr<tunnel::Client>> there_;
};

int run(const std::string& link, std::size_t count) {
  ErrorsOnly log;
  crypto::SystemRandom random;
  io::MemoryState state;
  const auto catalog = transport::catalog();
  const auto ways = parse_link(link);
  if (!ways) return std::fprintf(stderr, "%s\n", ways.error().message().c_str()), 1;
  const auto way = proxy::WayDialer::make(ways->front(), catalog, state, random, log);
  if (!way) return std::fprintf(stderr, "%s\n", way.error().message().c_str()), 1;
  if (!(*way)->tunnel_key()) return std::fputs("the link names no tunnel\n", stderr), 1;
  io::Loop loop(log);
  Crowd crowd(loop, **way, count);
  crowd.begin();
  std::thread([] {
    while (std::getchar() != EOF) {
    }
    std::_Exit(0);
  }).detach();
  loop.run_until_stopped();
  return 0;
}

}  // namespace

int main(int count, char** words) {
  if (count == 3) return run(words[1], std::strtoul(words[2], nullptr, 10));
  std::fputs("usage: sessions LINK COUNT\n", stderr);
  return 2;
}
