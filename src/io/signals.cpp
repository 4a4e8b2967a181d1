#include "io/signals.h"

#include <csignal>

namespace rozaneh::io {

Signals::Signals(Loop& loop, std::function<void(int)> on_signal)
    : set_(loop.executor(), SIGINT, SIGTERM, SIGHUP), on_signal_(std::move(on_signal)) {
  set_.add(SIGUSR1);
  set_.add(SIGUSR2);
  (void)std::signal(SIGPIPE, SIG_IGN);
  wait();
}

void Signals::wait() {
  set_.async_wait([this](const boost::system::error_code& cancelled, int number) {
    if (cancelled) return;
    on_signal_(number);
    wait();
  });
}

}  // namespace rozaneh::io
