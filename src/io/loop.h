// One event loop: what a thread runs, and what its connections share.
#pragma once

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <functional>

#include "base/log.h"
#include "crypto/random.h"
#include "io/buffer_pool.h"
#include "io/idle.h"
#include "io/pipe_pool.h"
#include "io/task.h"
#include "io/timer.h"

namespace rozaneh::io {

class Loop {
 public:
  explicit Loop(Log& log);
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  // Runs until `stop` or until nothing is left to wait for.
  void run();
  // Runs until `stop`, also while there is nothing to wait for.
  void run_until_stopped();
  // Makes `run` return soon; from any thread. What still waits is destroyed with the loop.
  void stop() { context_.stop(); }

  // Starts a task that owns what it needs. A task that throws ends alone, with an error in the log.
  void spawn(Task<> task);

  // Runs a function on the loop's thread, soon; from any thread.
  void post(std::function<void()> work);

  Task<> sleep(std::chrono::steady_clock::duration duration);

  [[nodiscard]] Executor executor() { return context_.get_executor(); }
  [[nodiscard]] BufferPool& pool() { return pool_; }
  [[nodiscard]] PipePool& pipes() { return pipes_; }
  [[nodiscard]] Random& random() { return random_; }
  [[nodiscard]] Log& log() { return log_; }
  [[nodiscard]] IdleSweep& idle() { return idle_; }

  // How often nothing could be accepted for want of descriptors or memory; from any thread.
  void count_starved() { ++starved_; }
  [[nodiscard]] std::uint64_t starved() const { return starved_; }

 private:
  Log& log_;
  void arm_idle_timer();

  // Before the context: the frames that the context destroys give their buffers, pipes and entries back.
  BufferPool pool_;
  PipePool pipes_;
  IdleSweep idle_;
  crypto::SystemRandom random_;
  asio::io_context context_{1};
  Timer idle_timer_;
  bool idle_timer_armed_ = false;
  std::atomic<std::uint64_t> starved_{0};
};

}  // namespace rozaneh::io
