#include "pt/lifetime.h"

#include <csignal>
#include <utility>

#include "io/last_words.h"

namespace rozaneh::pt {
namespace {

constexpr std::chrono::milliseconds kLookAgain{50};

}  // namespace

Lifetime::Lifetime(io::Loops& loops, io::Server& server, bool exit_on_stdin_close, Farewell farewell)
    : loops_(loops),
      server_(server),
      farewell_(std::move(farewell)),
      signals_(loops.first(), [this](int number) { on_signal(number); }) {
  const auto gone = [this] { end(); };
  if (exit_on_stdin_close) {
    stdin_.emplace(loops.first(), gone);
  } else {
    parent_.emplace(loops.first(), gone);
  }
}

void Lifetime::on_signal(int number) {
  if (number == SIGHUP) return;  // nothing is configured by a file
  if (number == SIGTERM || draining_) {
    end();
    return;
  }
  draining_ = true;
  server_.close();
  loops_.first().spawn(drain());
}

void Lifetime::end() {
  if (std::exchange(ending_, true)) return;
  server_.close();
  loops_.first().spawn(say_farewell());
}

io::Task<> Lifetime::drain() {
  while (server_.open() > 0) co_await loops_.first().sleep(kLookAgain);
  end();
}

io::Task<> Lifetime::say_farewell() {
  const std::weak_ptr<void> telling = farewell_();
  co_await io::last_words(loops_.first(), telling);
  loops_.stop();
}

}  // namespace rozaneh::pt
