// `rozaneh lab probe`: tries a server as censors' probers did.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct LabProbeSettings {
  std::string server;
  std::string kind = "all";
  std::string first_packet;  // a capture, or hexadecimal digits
  double scale = 0;          // 0: no waiting
  double patience = 10;      // seconds
  bool json = false;
};

void declare(CLI::App& app, LabProbeSettings& settings);
int run_lab_probe(const LabProbeSettings& settings);

}  // namespace rozaneh::cli
