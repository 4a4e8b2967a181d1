// How a command that cannot start ends.
#pragma once

#include "base/error.h"
#include "cli/console.h"

namespace rozaneh::cli {

// Says the error and answers the exit code: kFailed where this machine is the reason (a port that is taken, a
// file that cannot be written or used), kUsage for what the user gave.
int give_up(Console& console, const Error& error);

}  // namespace rozaneh::cli
