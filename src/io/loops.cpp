#include "io/loops.h"

#include <algorithm>

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

void Loops::stop() {
  for (const auto& loop : loops_) loop->stop();
}

}  // namespace rozaneh::io
