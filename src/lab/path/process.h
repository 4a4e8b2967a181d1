// Programs that run on one side of the lab.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"

namespace rozaneh::lab {

struct Program {
  std::vector<std::string> words;  // looked up in PATH
  int network = -1;                // descriptor of the network namespace it runs in
  int output = -1;                 // for its standard output and error; -1: ours
  bool at_terminal = false;        // minds interrupts from the terminal, and reads from it
};

// Starts it; answers its number. A program that cannot be run ends with 127 (not found) or 126, as in a
// shell, and says why on its standard error.
Result<pid_t> start(const Program& program);

// Runs `work` in a process of its own in that network; it ends with the code that is answered.
Result<pid_t> start_here(int network, const std::function<int()>& work);

}  // namespace rozaneh::lab
