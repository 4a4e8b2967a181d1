// A task that its owner can end before it is over.
#pragma once

#include <memory>

#include "io/loop.h"

namespace rozaneh::io {

class Stoppable {
 public:
  // Starts the task on the loop. It owns what it needs, or its owner sees to it that it is there still after
  // the end below: the task's frame goes a moment later.
  Stoppable(Loop& loop, Task<> task);
  // What the task waits for is given up; it goes on only as far as its next co_await, which throws inside it.
  ~Stoppable();
  Stoppable(const Stoppable&) = delete;
  Stoppable& operator=(const Stoppable&) = delete;

 private:
  struct Ending;
  std::shared_ptr<Ending> ending_;  // shared with the task's end, which may come later
};

}  // namespace rozaneh::io
