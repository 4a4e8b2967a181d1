// `rozaneh pt`: a managed pluggable transport, started by tor.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct PtSettings {
  std::string log_level = "warn";
  bool unsafe_logging = false;  // users' addresses in the log
  bool biased_shapes = false;   // obfs4: few lengths take most of the weight, as ScrambleSuit had it
  unsigned threads = 0;         // 0: by cores on a bridge, one on a client
};

void declare(CLI::App& app, PtSettings& settings);
int run_pt(const PtSettings& settings);

// The words of the command line (argv without the program's name) as our own commands take them, so that
// torrc lines written for obfs4proxy stay as they are:
//   - the command `pt` is put in front where tor has started us without naming one, that is by the name of
//     obfs4proxy or lyrebird, or with `under_tor` (tor's environment is there) and no command;
//   - obfs4proxy's flags (-logLevel INFO, -unsafeLogging, ...) become ours. -enableLogging goes: the log is
//     tor's.
std::vector<std::string> translate_pt_words(std::string_view program, std::vector<std::string> words,
                                            bool under_tor);

}  // namespace rozaneh::cli
