// Settings that commands share, and the configuration file that gives them by the names of the flags.
#pragma once

#include <CLI/App.hpp>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/console.h"
#include "io/state.h"

namespace rozaneh::cli {

enum class SettingsError { config, value };

std::string_view layer_of(SettingsError error);
std::string_view describe(SettingsError error);

struct CommonSettings {
  std::string config;
  std::string log_level = "info";
  bool log_addresses = false;
  bool json = false;
  std::string state;  // directory; empty: the user's
  bool no_state = false;
  unsigned threads = 0;  // 0: as the command has it
};

// --zero-copy, for those who relay.
void declare_zero_copy(CLI::App& app, std::string& zero_copy);

// --max-connections and --max-per-address, for those whom anybody may connect to.
void declare_connection_limits(CLI::App& app, unsigned& total, unsigned& per_address);

void declare_common(CLI::App& app, CommonSettings& settings);

// Reads settings.config into the options of `app` that the command line does not give. Keys are the flags'
// long names; a flag that may be given several times takes a list. Errors name file, line, key and what would
// be valid.
Result<> apply_config(CLI::App& app, const CommonSettings& settings);

// The same with the file's text.
Result<> apply_config(CLI::App& app, std::string_view text, const std::string& file);

Result<Console::Options> console_options(const CommonSettings& settings);

// $STATE_DIRECTORY (systemd), $XDG_STATE_HOME/rozaneh or ~/.local/state/rozaneh.
std::filesystem::path default_state_directory();
std::filesystem::path state_directory(const CommonSettings& settings);
Result<std::unique_ptr<io::State>> open_state(const CommonSettings& settings);

}  // namespace rozaneh::cli
