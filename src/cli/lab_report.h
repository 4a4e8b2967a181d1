// `rozaneh lab report`: what a run of the matrix shows, as files for people and programs.
#pragma once

#include "cli/settings.h"

namespace rozaneh::cli {

struct LabReportSettings {
  std::string directory;  // where the run kept its results
  // Files to write; "" writes none, "-" is standard output.
  std::string html, markdown, json, svg;
};

void declare(CLI::App& app, LabReportSettings& settings);
int run_lab_report(const LabReportSettings& settings);

}  // namespace rozaneh::cli
