// A program of the operator's, run to its end.
#pragma once

#include <chrono>
#include <stop_token>
#include <string>
#include <vector>

#include "front/acme/error.h"

namespace rozaneh::front::acme {

// Without a shell, with our environment, its output on our standard error. Fails with AcmeError::challenge
// unless it ends with 0 in time; else it is killed.
Result<> run_program(const std::vector<std::string>& words, std::chrono::seconds limit,
                     const std::stop_token& stop);

}  // namespace rozaneh::front::acme
