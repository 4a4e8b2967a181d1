// `rozaneh lab matrix` and `lab subjects`: what gets through which censor.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace rozaneh::cli {

struct LabMatrixSettings {
  std::vector<std::string> censors;  // names or files; none: all
  std::vector<std::string> subjects;
  bool bold = false;
  bool controls = false;
  std::string scale = "auto";
  std::uint64_t seed = 1;
  unsigned jobs = 0;  // 0: one a core
  double patience = 10;
  unsigned fetches = 0;  // 0: as each subject says
  std::string results = "lab-results";
  bool json = false;
  // Of one cell, as the matrix starts it.
  std::string censor, subject, capture;
  double cell_scale = 1;
};

// The subcommands of `rozaneh lab` that score.
struct LabMatrixCommands {
  CLI::App* matrix = nullptr;
  CLI::App* subjects = nullptr;
  CLI::App* cell = nullptr;  // these two are for the matrix itself
  CLI::App* near_side = nullptr;

  [[nodiscard]] bool parsed() const {
    return matrix->parsed() || subjects->parsed() || cell->parsed() || near_side->parsed();
  }
};

LabMatrixCommands declare_lab_matrix(CLI::App& lab, LabMatrixSettings& settings);

// Runs the one that was given.
int run_lab_matrix(const LabMatrixCommands& commands, const LabMatrixSettings& settings);

}  // namespace rozaneh::cli
