// `rozaneh doctor`: what is wrong with this machine and its services, and what to do about it.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "cli/config.h"

namespace rozaneh::cli {

struct DoctorSettings {
  std::vector<std::string> config;  // files
  std::string of;                   // the command that they are of; empty: it is found
  std::vector<std::string> link;    // links, bridge lines, or files of them
  std::string cert, key;            // files
  std::string domain;               // that leads here, and that the certificate is for
  std::string state;                // directory
  std::string time_from;            // URL
  std::vector<std::string> resolve;
  bool json = false;
};

void declare(CLI::App& app, DoctorSettings& settings);

// How a doctor ends: 0 where all is fine, else by the worst that was found.
enum DoctorCode : int { kHealthy = 0, kWarnings = 1, kErrors = 2 };

// `fresh` makes commands that have not been given anything yet, for each file. Nobody is contacted but whom
// the settings name, and services of ours on this machine.
int run_doctor(const DoctorSettings& settings, const std::function<std::vector<Configurable>()>& fresh);

}  // namespace rozaneh::cli
