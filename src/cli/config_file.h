// What a configuration file says to a command: TOML whose keys are the long names of the command's options.
#pragma once

#include <CLI/App.hpp>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/toml.h"
#include "cli/settings.h"

namespace rozaneh::cli {

// Something that is wrong in a file, and what would be right.
struct ConfigProblem {
  std::string file;
  std::int64_t line = 0;  // 0: of none, or not known
  std::string key;        // empty: of none
  std::string what;

  [[nodiscard]] std::string place() const;  // "bridge.toml:3"
  [[nodiscard]] Error error() const;        // SettingsError::config
};

class ConfigFile {
 public:
  // Fails where it cannot be read, or is no TOML; which has one problem, as nobody knows how it would go on.
  static std::expected<ConfigFile, ConfigProblem> read(const std::string& file);
  static std::expected<ConfigFile, ConfigProblem> parse(std::string_view text, const std::string& file);

  // Gives each key to the option of that name, unless the command line gave that already; answers all that
  // could not be taken.
  [[nodiscard]] std::vector<ConfigProblem> apply(CLI::App& app) const;

  // How many of its keys are none of this command's.
  [[nodiscard]] std::size_t strange_to(const CLI::App& app) const;

  // Where a key stands; line 0 for one that does not.
  [[nodiscard]] std::int64_t line_of(const std::string& key) const;

  [[nodiscard]] const std::string& name() const { return file_; }

 private:
  ConfigFile(std::string file, toml::table table) : file_(std::move(file)), table_(std::move(table)) {}
  [[nodiscard]] std::vector<std::pair<std::string, const toml::node*>> in_order() const;

  std::string file_;
  toml::table table_;
};

}  // namespace rozaneh::cli
