// The signals that tell a program to end, to drain, to read its configuration again or to say how it is.
#pragma once

#include <boost/asio/signal_set.hpp>
#include <functional>

#include "io/loop.h"

namespace rozaneh::io {

class Signals {
 public:
  // Calls `on_signal` with the number (SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGUSR2) on the loop's thread, each
  // time, as long as this lives. SIGPIPE is ignored from here on.
  Signals(Loop& loop, std::function<void(int)> on_signal);

 private:
  void wait();

  asio::basic_signal_set<Executor> set_;
  std::function<void(int)> on_signal_;
};

}  // namespace rozaneh::io
