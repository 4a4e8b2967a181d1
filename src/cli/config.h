// `rozaneh config check` and `config show`: what a configuration file says, and what a command would run
// with.
#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <string>
#include <vector>

#include "cli/config_file.h"
#include "cli/misfit.h"
#include "cli/needs.h"

namespace rozaneh::cli {

// A command that takes --config, ready to be given settings once.
struct Configurable {
  std::string name;     // as --for and files say it: "by-name"
  CLI::App* app;        // as it was declared, or parsed
  std::string* config;  // the file that its command line names
  std::function<Misfits()> misfits;
  std::function<Needs()> needs;
};

// Their names, for --for.
std::vector<std::string> configurable_names();

// A file, given to the command that it is of.
struct CheckedConfig {
  const Configurable* command = nullptr;  // null: it is no TOML, or could be of several
  std::vector<ConfigProblem> problems;    // by line
};

// `of`: the command's name; empty: as the file is called, or as its keys have it.
CheckedConfig check_config(const std::string& file, const std::string& of,
                           const std::vector<Configurable>& commands);

struct ConfigSettings {
  std::string file;
  std::string of;  // a Configurable's name; empty: it is found
  std::vector<std::string> command;
  bool effective = false;
  bool json = false;
};

struct ConfigCommands {
  CLI::App* check = nullptr;
  CLI::App* show = nullptr;
};

ConfigCommands declare_config(CLI::App& app, ConfigSettings& settings);

// `config show` takes another command's words, flags among them: puts the `--` before them that makes them
// so.
std::vector<std::string> shield_shown_command(std::vector<std::string> words);

// kOk, or kUsage and all that is wrong.
int run_config_check(const ConfigSettings& settings, const std::vector<Configurable>& commands);

// `command` has been parsed.
int run_config_show(const ConfigSettings& settings, const Configurable& command);

}  // namespace rozaneh::cli
