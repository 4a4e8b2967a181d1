// `rozaneh manual`: writes the manual's pages, for packages; not in --help.
#pragma once

#include <CLI/App.hpp>
#include <string>

namespace rozaneh::cli {

struct ManualSettings {
  std::string directory;
  std::string date;
};

void declare(CLI::App& app, ManualSettings& settings);

// A page for `program` and for each command that its help shows: DIRECTORY/rozaneh-bridge.1.
int run_manual(const CLI::App& program, const ManualSettings& settings);

}  // namespace rozaneh::cli
