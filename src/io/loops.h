// One event loop a core: they share nothing, each accepts for itself.
#pragma once

#include <memory>
#include <thread>
#include <vector>

#include "io/loop.h"

namespace rozaneh::io {

class Loops {
 public:
  // `count` loops, at least one.
  Loops(Log& log, std::size_t count);
  // Stops what still runs and joins the threads.
  ~Loops();
  Loops(const Loops&) = delete;
  Loops& operator=(const Loops&) = delete;

  // Runs the first loop on this thread and the others on threads of their own, until `stop`.
  void run();
  // Ends `run`; from any thread.
  void stop();
  // Calls `work` while all loops stand still, each between two of its steps, so that it may look at whatever
  // they have. On the first loop's thread, while they run. What `work` stops does not take another step.
  void while_paused(const std::function<void()>& work);

  // The loop of the thread that called `run`: signals and terminals are its business.
  [[nodiscard]] Loop& first() { return *loops_.front(); }
  [[nodiscard]] std::size_t size() const { return loops_.size(); }
  [[nodiscard]] Loop& operator[](std::size_t index) { return *loops_[index]; }

 private:
  std::vector<std::unique_ptr<Loop>> loops_;
  std::vector<std::thread> threads_;
};

}  // namespace rozaneh::io
