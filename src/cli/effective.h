// What a command would run with, setting by setting, and where each comes from.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "base/error.h"

namespace rozaneh::cli {

struct EffectiveSetting {
  std::string key;
  std::string value;  // TOML, secrets left out; empty: there is none, which is the default
  std::string from;   // "command line", "bridge.toml:3", "default"

  [[nodiscard]] bool is_default() const { return from == "default"; }
  [[nodiscard]] std::string line() const;  // of a file that says the same
};

// Of a command that was parsed, with what `config` (empty: no file) adds; in the order of --help. Fails with
// the first thing that is wrong in the file.
Result<std::vector<EffectiveSetting>> effective_settings(CLI::App& command, const std::string& config);

// A value of a setting without what nobody else should read: keys of links, passwords, secret paths.
std::string without_secrets(const std::string& key, const std::string& value);

}  // namespace rozaneh::cli
