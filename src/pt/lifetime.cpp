#include "pt/lifetime.h"

#include <csignal>

namespace rozaneh::pt {
namespace {

constexpr std::chrono::milliseconds kLookAgain{50};

}  // namespace

Lifetime::Lifetime(io::Loops& loops, io::Server& server, bool exit_on_stdin_close)
    : loops_(loops), server_(server), signals_(loops.first(), [this](int number) { on_signal(number); }) {
  const auto end = [this] { loops_.stop(); };
  if (exit_on_stdin_close) {
    stdin_.emplace(loops.first(), end);
  } else {
    parent_.emplace(loops.first(), end);
  }
}

void Lifetime::on_signal(int number) {
  if (number == SIGHUP) return;  // nothing is configured by a file
  if (number == SIGTERM || draining_) {
    loops_.stop();
    return;
  }
  draining_ = true;
  server_.close();
  loops_.first().spawn(drain());
}

io::Task<> Lifetime::drain() {
  while (server_.open() > 0) co_await loops_.first().sleep(kLookAgain);
  loops_.stop();
}

}  // namespace rozaneh::pt
