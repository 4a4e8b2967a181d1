// `rozaneh setup`: from a fresh machine to a link to share, by three questions at most.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/config.h"

namespace rozaneh::cli {

struct SetupSettings {
  std::string offer;   // "friends", "tor", "signal", "all"; empty: it is asked for
  std::string domain;  // of this server
  std::string email;   // for the certificate's authority, and for Tor
  std::string root;    // the tree that is set up; empty: this machine
  bool force = false;
  bool dry_run = false;
  bool no_qr = false;
  bool json = false;
};

void declare(CLI::App& app, SetupSettings& settings);

// kOk where all was written and the doctor finds no error; else kFailed, or kUsage for answers that are wrong
// or missing. `fresh` as for `run_doctor`.
int run_setup(const SetupSettings& settings, const std::function<std::vector<Configurable>()>& fresh);

}  // namespace rozaneh::cli
