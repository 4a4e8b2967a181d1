// `rozaneh wipe`: removes what the program keeps on this machine.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct WipeSettings {
  std::string state;
  bool yes = false;
};

void declare(CLI::App& app, WipeSettings& settings);
int run_wipe(const WipeSettings& settings);

}  // namespace rozaneh::cli
