// How long a managed transport lives: until Tor says, or goes.
#pragma once

#include <optional>

#include "io/end_watch.h"
#include "io/loops.h"
#include "io/server.h"
#include "io/signals.h"

namespace rozaneh::pt {

// SIGTERM ends at once. The first SIGINT closes the listening ports and lets the open connections end, the
// second ends at once. Where Tor promises to close standard input, its end ends us at once; otherwise the end
// of the process that started us does. (pt-spec.txt section 3.4; as obfs4proxy does.)
class Lifetime {
 public:
  // Both outlive this.
  Lifetime(io::Loops& loops, io::Server& server, bool exit_on_stdin_close);

 private:
  void on_signal(int number);
  io::Task<> drain();

  io::Loops& loops_;
  io::Server& server_;
  bool draining_ = false;
  io::Signals signals_;
  std::optional<io::StdinWatch> stdin_;
  std::optional<io::ParentWatch> parent_;
};

}  // namespace rozaneh::pt
