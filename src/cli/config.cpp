#include "cli/config.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <tuple>

#include "cli/console.h"
#include "cli/effective.h"
#include "cli/exit_code.h"
#include "cli/option_words.h"

namespace rozaneh::cli {
namespace {

// The only command that a file's keys can be of, or of the most of them; null where several could be.
const Configurable* by_keys(const std::vector<Configurable>& commands, const ConfigFile& file) {
  const auto strange = [&file](const Configurable& each) { return file.strange_to(*each.app); };
  const auto best = std::ranges::min_element(commands, {}, strange);
  const auto equals = std::ranges::count(commands, strange(*best), strange);
  return equals == 1 ? &*best : nullptr;
}

// Whose file it is: as it is said, as it is called, or as its keys have it.
const Configurable* owner_of(const std::vector<Configurable>& commands, const std::string& of,
                             const ConfigFile& file) {
  const std::string stem = std::filesystem::path(file.name()).stem().string();
  const auto named = std::ranges::find(commands, of.empty() ? stem : of, &Configurable::name);
  if (named != commands.end()) return &*named;
  return of.empty() ? by_keys(commands, file) : nullptr;
}

void tell(const ConfigProblem& problem, Console& console) {
  console.event(
      "problem", fmt::format("{}: {}", problem.place(), problem.what),
      {{"file", problem.file}, {"line", problem.line}, {"key", problem.key}, {"what", problem.what}});
}

}  // namespace

ConfigCommands declare_config(CLI::App& app, ConfigSettings& settings) {
  app.require_subcommand(1);
  ConfigCommands commands;
  commands.check = app.add_subcommand("check", "Say all that is wrong in a configuration file");
  commands.check->add_option("file", settings.file, "The file, as --config takes it")
      ->type_name("FILE.toml")
      ->required();
  commands.check
      ->add_option("--for", settings.of,
                   "The command that it is of (default: as the file is called, or as its keys have it)")
      ->check(CLI::IsMember(configurable_names()));
  commands.check->add_flag("--json", settings.json, "One JSON object a line");
  commands.show =
      app.add_subcommand("show", "Say what a command would run with, and where each setting comes from");
  commands.show->add_flag("--effective", settings.effective,
                          "Defaults too, and not only what the file and the command line say");
  commands.show->add_flag("--json", settings.json, "One JSON object a line");
  commands.show
      ->add_option("command", settings.command, "A command that takes --config, with all its words and flags")
      ->required();
  return commands;
}

std::vector<std::string> shield_shown_command(std::vector<std::string> words) {
  if (words.size() < 3 || words[0] != "config" || words[1] != "show") return words;
  const auto shown = std::find_if(words.begin() + 2, words.end(),
                                  [](const std::string& word) { return !word.starts_with('-'); });
  if (shown != words.end()) words.insert(shown, "--");
  return words;
}

std::vector<std::string> configurable_names() {
  return {"bridge", "by-name", "client", "signal", "certificate"};
}

CheckedConfig check_config(const std::string& name, const std::string& of,
                           const std::vector<Configurable>& commands) {
  const auto file = ConfigFile::read(name);
  if (!file) return {.command = nullptr, .problems = {file.error()}};
  CheckedConfig checked{.command = owner_of(commands, of, *file), .problems = {}};
  if (checked.command == nullptr) {
    checked.problems.push_back(
        {.file = name,
         .line = 0,
         .key = "",
         .what = fmt::format("it could be of several commands: say which with --for ({})",
                             fmt::join(configurable_names(), ", "))});
    return checked;
  }
  checked.problems = file->apply(*checked.command->app);
  // What could not be taken has been told already, and its default cannot be what is wrong.
  const auto told = [&checked](const std::string& key) {
    return std::ranges::find(checked.problems, key, &ConfigProblem::key) != checked.problems.end();
  };
  Misfits misfits = checked.command->misfits();
  std::erase_if(misfits, [&told](const Misfit& each) { return told(each.key); });
  for (const Misfit& each : misfits)
    checked.problems.push_back(
        {.file = name, .line = file->line_of(each.key), .key = each.key, .what = each.error.message()});
  std::ranges::sort(checked.problems, {},
                    [](const ConfigProblem& each) { return std::tie(each.line, each.key, each.what); });
  return checked;
}

int run_config_check(const ConfigSettings& settings, const std::vector<Configurable>& commands) {
  Console console;
  console.configure({.level = Log::Level::info, .json = settings.json, .addresses = false});
  const auto [command, problems] = check_config(settings.file, settings.of, commands);
  for (const ConfigProblem& problem : problems) tell(problem, console);
  const std::string name = command == nullptr ? "" : full_name(*command->app, " ");
  const std::string sentence = problems.empty()
                                   ? fmt::format("{} is good for `{}`.", settings.file, name)
                                   : fmt::format("{}: {} to correct.", settings.file, problems.size());
  console.event("checked", sentence,
                {{"file", settings.file},
                 {"command", name},
                 {"valid", problems.empty()},
                 {"problems", problems.size()}});
  return problems.empty() ? kOk : kUsage;
}

int run_config_show(const ConfigSettings& settings, const Configurable& command) {
  Console console;
  console.configure({.level = Log::Level::info, .json = settings.json, .addresses = false});
  const auto values = effective_settings(*command.app, *command.config);
  if (!values) {
    console.error("{}", values.error().message());
    return kUsage;
  }
  console.show(fmt::format("# {}", full_name(*command.app, " ")));
  for (const EffectiveSetting& each : *values)
    if (settings.effective || !each.is_default())
      console.event("setting", each.line(), {{"key", each.key}, {"value", each.value}, {"from", each.from}});
  return kOk;
}

}  // namespace rozaneh::cli
