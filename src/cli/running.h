// What every long-running command has in common: loops, limits, counters, signals and a clean end.
#pragma once

#include <functional>

#include "base/counters.h"
#include "cli/console.h"
#include "io/loops.h"
#include "io/server.h"
#include "io/signals.h"

namespace rozaneh::cli {

class Running {
 public:
  struct Options {
    std::size_t threads = 1;
    io::ConnectionLimits::Options limits;
    std::chrono::seconds drain_limit{30};
  };

  Running(Console& console, Options options)
      : console_(console),
        options_(options),
        limits_(options.limits, &console),
        loops_(console, options.threads),
        server_(loops_, limits_) {}

  // Runs until SIGTERM or SIGINT: then no connection is accepted any more, those that are open may end within
  // the drain limit; a second signal ends them, and a third does not even wait for the last words. SIGHUP
  // calls `reload`, SIGUSR1 `report`; SIGUSR2, and SIGTERM before it drains, what `keep_sessions_by` says.
  void run(std::function<void()> reload);

  // What a command that keeps sessions has done with them, on the first loop's thread; each may be missing.
  struct Keeping {
    std::function<void()> ready;            // signals are taken now
    std::function<bool()> to_successor;     // SIGUSR2; true: this process ends
    std::function<bool()> to_store;         // the first SIGTERM; true: it does not drain
    std::function<void()> drain;            // nothing new is taken from now on
    std::function<std::size_t()> sessions;  // those there are keep the listeners while we drain
    // The drain is over: who is left is told. What it answers expires when that is done.
    std::function<std::weak_ptr<void>()> end;
  };
  // Before `run`.
  void keep_sessions_by(Keeping keeping) { keeping_ = std::move(keeping); }

  // What SIGUSR1 has said beside the counts of every command: fields of the event "counted", called on the
  // first loop's thread. Before `run`.
  void count_also(std::function<nlohmann::json()> more) { more_ = std::move(more); }

  // The event "counted", with what was served and refused since the start.
  void report();

  // Ends as a signal would.
  void end();

  // For reload.
  void change_limits(io::ConnectionLimits::Options limits) { limits_.change(limits); }

  [[nodiscard]] io::Loops& loops() { return loops_; }
  [[nodiscard]] io::Server& server() { return server_; }
  [[nodiscard]] Counters& counters() { return counters_; }
  [[nodiscard]] Console& console() { return console_; }

 private:
  void on_signal(int number);
  io::Task<> drain();
  io::Task<> show_status();

  Console& console_;
  Options options_;
  Counters counters_;
  io::ConnectionLimits limits_;
  io::Loops loops_;
  io::Server server_;
  std::function<void()> reload_;
  std::function<nlohmann::json()> more_;
  Keeping keeping_;
  bool ending_ = false;
  bool hurried_ = false;  // the drain is not waited for
};

}  // namespace rozaneh::cli
