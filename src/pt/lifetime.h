// How long a managed transport lives: until Tor says, or goes.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "io/end_watch.h"
#include "io/loops.h"
#include "io/server.h"
#include "io/signals.h"

namespace rozaneh::pt {

// SIGTERM ends at once, but for last words (io/last_words.h). The first SIGINT closes the listening ports and
// lets the open connections end, the second ends at once. Where Tor promises to close standard input, its end
// ends us at once; otherwise the end of the process that started us does. (pt-spec.txt section 3.4; as
// obfs4proxy does.)
class Lifetime {
 public:
  // Tells whom it concerns that the program ends; what it answers expires when that is done.
  using Farewell = std::function<std::weak_ptr<void>()>;

  // Both outlive this.
  Lifetime(io::Loops& loops, io::Server& server, bool exit_on_stdin_close, Farewell farewell);

 private:
  void on_signal(int number);
  void end();
  io::Task<> drain();
  io::Task<> say_farewell();

  io::Loops& loops_;
  io::Server& server_;
  Farewell farewell_;
  bool draining_ = false;
  bool ending_ = false;
  io::Signals signals_;
  std::optional<io::StdinWatch> stdin_;
  std::optional<io::ParentWatch> parent_;
};

}  // namespace rozaneh::pt
