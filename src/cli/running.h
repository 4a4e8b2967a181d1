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
  // the drain limit; a second signal ends it at once. SIGHUP calls `reload`, SIGUSR1 `report`; SIGUSR2, and
  // SIGTERM before it drains, what `hand_over_by` says.
  void run(std::function<void()> reload);

  // What a signal does first, on the first loop's thread; true: it has ended the run, in its own way.
  // SIGUSR2, and the first SIGTERM. Before `run`.
  struct Ways {
    std::function<bool()> to_successor;
    std::function<bool()> to_store;
    std::function<void()> ready;  // once signals are taken
    std::function<std::size_t()>
        sessions;                 // that have something open: they keep the listeners while we drain
    std::function<void()> drain;  // from here on nothing new is taken
    std::function<void()> end;    // the drain is over: what is still there is told
  };
  void hand_over_by(Ways ways) { ways_ = std::move(ways); }

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
  Ways ways_;
  bool ending_ = false;
};

}  // namespace rozaneh::cli
