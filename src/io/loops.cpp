#include "io/loops.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace rozaneh::io {

Loops::Loops(Log& log, std::size_t count) {
  for (std::size_t i = 0; i < std::max<std::size_t>(count, 1); ++i)
    loops_.push_back(std::make_unique<Loop>(log));
}

Loops::~Loops() {
  stop();
  for (std::thread& thread : threads_) thread.join();
}

void Loops::run() {
  for (std::size_t i = 1; i < loops_.size(); ++i)
    threads_.emplace_back([loop = loops_[i].get()] { loop->run_until_stopped(); });
  first().run_until_stopped();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

void Loops::while_paused(const std::function<void()>& work) {
  // Shared, since a loop may leave after this has returned.
  struct Pause {
    std::mutex mutex;
    std::condition_variable changed;
    std::size_t standing = 0;
    bool over = false;
  };
  const auto pause = std::make_shared<Pause>();
  for (std::size_t i = 1; i < loops_.size(); ++i) {
    loops_[i]->post([pause] {
      std::unique_lock lock(pause->mutex);
      ++pause->standing;
      pause->changed.notify_all();
      pause->changed.wait(lock, [&pause] { return pause->over; });
    });
  }
  std::unique_lock lock(pause->mutex);
  pause->changed.wait(lock, [this, &pause] { return pause->standing == loops_.size() - 1; });
  work();
  pause->over = true;
  pause->changed.notify_all();
}

void Loops::stop() {
  for (const auto& loop : loops_) loop->stop();
}

}  // namespace rozaneh::io
