// `rozaneh status`: asks the client that runs on this machine.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct StatusSettings {
  std::string state;
  bool json = false;
};

void declare(CLI::App& app, StatusSettings& settings);
int run_status(const StatusSettings& settings);

}  // namespace rozaneh::cli
