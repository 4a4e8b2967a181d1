// `rozaneh lab`: programs behind documented censors.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

namespace rozaneh::cli {

struct LabSettings {
  std::string censor;  // a name, or a file
  std::vector<std::string> command;
  std::vector<std::string> bridge;  // transports
  double scale = 1;
  std::uint64_t seed = 0;
  bool json = false;
};

// The subcommands of `rozaneh lab` that have to do with censors.
struct LabCommands {
  CLI::App* list = nullptr;
  CLI::App* show = nullptr;
  CLI::App* run = nullptr;
  CLI::App* shell = nullptr;
};

LabCommands declare_lab(CLI::App& app, LabSettings& settings);

// Runs the one that was given; answers the exit code, which for run and shell is the command's.
int run_lab(const LabCommands& commands, const LabSettings& settings);

}  // namespace rozaneh::cli
