// `rozaneh signal check`: whether a proxy for Signal works, as Signal's apps would find it.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct SignalCheckSettings {
  std::string host;     // as in the link
  std::string connect;  // ADDRESS:PORT in place of the host's own
  std::string ca;       // PEM file to trust in place of the system's
  std::string names;    // a list of names in place of the built-in one
  unsigned limit = 10;  // seconds for each step
  bool json = false;
};

void declare(CLI::App& app, SignalCheckSettings& settings);

// kOk where all names that are not retired are answered, kNoWay otherwise.
int run_signal_check(const SignalCheckSettings& settings);

}  // namespace rozaneh::cli
