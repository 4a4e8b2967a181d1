// `rozaneh lab classify`: what censors see in a capture.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct LabClassifySettings {
  std::string file;
  bool json = false;
};

void declare(CLI::App& app, LabClassifySettings& settings);
int run_lab_classify(const LabClassifySettings& settings);

}  // namespace rozaneh::cli
