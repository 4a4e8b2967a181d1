// One use of the lab: a path with a middlebox, servers behind it, and a command before it.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "lab/path/topology.h"

namespace rozaneh::lab {

struct Session {
  Middlebox& middlebox;
  std::vector<std::string> command;                  // runs on the client's side, at the terminal
  std::function<Result<>(const Topology&)> servers;  // starts what the far side offers; may be empty
};

// The exit code for a lab that could not be made.
inline constexpr int kLabFailed = 125;

// Runs the command in a world of its own and answers its exit code. kLabFailed: the lab itself could not be
// made, for a reason that is then on the standard error.
Result<int> run_session(const Session& session);

}  // namespace rozaneh::lab
