// Tell when somebody we depend on is gone: the writer of our standard input, or our parent process.
#pragma once

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <functional>
#include <optional>

#include "io/loop.h"
#include "io/timer.h"

namespace rozaneh::io {

// Calls `ended` on the loop's thread once standard input has come to its end, is closed or cannot be read;
// what is read before is thrown away.
class StdinWatch {
 public:
  StdinWatch(Loop& loop, std::function<void()> ended);

 private:
  void wait();
  bool drain();

  asio::posix::basic_stream_descriptor<Executor> descriptor_;
  std::function<void()> ended_;
};

// Calls `ended` on the loop's thread once the process that started us is no longer our parent.
//
// A descriptor of the process is watched. PR_SET_PDEATHSIG would be shorter, but fires when the *thread* that
// started us ends, which in a program of several threads is no reason to stop. Where the kernel gives no such
// descriptor, the parent's number is looked at each second. A parent that is gone already, or that cannot be
// seen (in another container), is not watched.
class ParentWatch {
 public:
  ParentWatch(Loop& loop, std::function<void()> ended);

 private:
  void look();

  int parent_;
  std::optional<asio::posix::basic_stream_descriptor<Executor>> descriptor_;
  Timer timer_;
  std::function<void()> ended_;
};

}  // namespace rozaneh::io
