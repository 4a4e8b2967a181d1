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
        limits_(options.limits),
        loops_(console, options.threads),
        server_(loops_, limits_) {}

  // Runs until SIGTERM or SIGINT: then no connection is accepted any more, those that are open may end within
  // the drain limit; a second signal ends it at once. SIGHUP calls `reload`.
  void run(std::function<void()> reload);

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
  bool ending_ = false;
};

}  // namespace rozaneh::cli
