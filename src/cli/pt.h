// `rozaneh pt`: a managed pluggable transport, started by tor.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct PtSettings {
  std::string log_level = "warn";
  bool unsafe_logging = false;  // users' addresses in the log
  bool enable_logging = false;  // obfs4proxy's flag: a log file in the state directory
  bool biased_shapes = false;   // obfs4proxy's -obfs4-distBias
  unsigned threads = 0;         // 0: by cores on the server, one on the client
};

void declare(CLI::App& app, PtSettings& settings);
int run_pt(const PtSettings& settings);

// Whether tor has started us without naming the command: under the name of obfs4proxy or lyrebird, or with its
// environment and no command. `words` is argv.
bool is_started_as_pt(const std::vector<std::string>& words);
// The settings of such a start, from obfs4proxy's own flags.
PtSettings pt_settings_from(const std::vector<std::string>& words);

}  // namespace rozaneh::cli
