// How the program ends, for scripts; documented in docs/usage.md.
#pragma once

namespace rozaneh::cli {

enum ExitCode : int {
  kOk = 0,
  kFailed = 1,  // it could not be done: a port is taken, a file cannot be written
  kUsage = 2,   // the command line, the configuration or a link is wrong
  kNoWay = 3,   // `client --check`: no server could be reached
};

}  // namespace rozaneh::cli
