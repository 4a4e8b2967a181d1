// Runs a task on a loop of its own, for tests.
#pragma once

#include <gtest/gtest.h>

#include <optional>

#include "base/log.h"
#include "io/loop.h"

namespace rozaneh::io {

class SilentLog final : public Log {
 public:
  [[nodiscard]] bool enabled(Level /*level*/) const override { return true; }
  void write(Level level, std::string_view line) override {
    if (level == Level::error) ADD_FAILURE() << line;
    lines.emplace_back(line);
  }
  std::vector<std::string> lines;
};

// A loop that ends when nothing is left to do; give it tasks, then run() it.
struct TestLoop {
  SilentLog log;
  Loop loop{log};

  // A test that hangs fails: everything in memory or on loopback is over long before.
  void run() {
    Timer watchdog(loop.executor(), std::chrono::seconds(60));
    bool hung = false;
    watchdog.async_wait([&](const boost::system::error_code& cancelled) {
      if (cancelled) return;
      hung = true;
      loop.stop();
    });
    loop.spawn(finish(watchdog));
    loop.run();
    EXPECT_FALSE(hung) << "the test did not come to an end";
  }

  // Where tasks of the code under test live as long as their loop: run() ends without them.
  bool leaves_rest = false;

  // Starts a task; run() ends once all of them are over.
  void spawn(Task<> task) {
    ++running_;
    loop.spawn(watch(std::move(task)));
  }

 private:
  Task<> watch(Task<> task) {
    co_await std::move(task);
    --running_;
  }
  Task<> finish(Timer& watchdog) {
    while (running_ > 0) co_await loop.sleep(std::chrono::milliseconds(1));
    watchdog.cancel();
    if (leaves_rest) loop.stop();
  }

  int running_ = 0;
};

}  // namespace rozaneh::io
