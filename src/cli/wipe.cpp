#include "cli/wipe.h"

#include <unistd.h>

#include <algorithm>
#include <iostream>

#include "cli/exit_code.h"
#include "pt/session_carrier.h"

namespace rozaneh::cli {
namespace {

namespace fs = std::filesystem;

// Who keeps something: each record's name begins with its keeper's. What carries Tor's sessions keeps its
// records under those of `rozaneh pt`'s own transport.
std::vector<std::string> keepers() {
  std::vector<std::string> all{
      std::string(pt::kSessionTransport), "tunnel", "signal", "port", "acme", "client"};
  for (const auto& each : transport::catalog()) all.emplace_back(each->name());
  return all;
}

// A directory that somebody gave by mistake holds other things: only files of ours go.
bool is_ours(const fs::path& file) {
  const std::string name = file.filename().string();
  static const std::vector<std::string> all = keepers();
  return std::ranges::any_of(all, [&name](const std::string& keeper) {
    return name.starts_with(keeper) && name.substr(keeper.size()).starts_with('_');
  });
}

bool confirmed(const fs::path& directory) {
  if (isatty(STDIN_FILENO) == 0) return false;
  std::cout << "Remove all that rozaneh keeps in " << directory.string()
            << "? A bridge's keys go too, and its links with them. [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "Y" || answer == "yes";
}

}  // namespace

void declare(CLI::App& app, WipeSettings& settings) {
  app.add_option("--state", settings.state, "The state directory, if it is not the usual one")
      ->type_name("DIRECTORY");
  app.add_flag("--yes", settings.yes, "Do not ask");
}

int run_wipe(const WipeSettings& settings) {
  Console console;
  const fs::path directory = settings.state.empty() ? default_state_directory() : fs::path(settings.state);
  std::error_code error;
  if (!fs::exists(directory, error)) {
    console.event("wiped", fmt::format("Nothing is kept in {}.", directory.string()));
    return kOk;
  }
  if (!settings.yes && !confirmed(directory)) {
    console.error("nothing was removed; say --yes to remove without being asked");
    return kUsage;
  }
  std::vector<fs::path> doomed;
  for (const auto& entry : fs::directory_iterator(directory, error))
    if (is_ours(entry.path())) doomed.push_back(entry.path());
  for (const fs::path& file : doomed) {
    fs::remove(file, error);
    if (!error) continue;
    console.error("cannot remove {}: {}", file.string(), error.message());
    return kFailed;
  }
  fs::remove(directory, error);  // stays where other files are in it
  console.event("wiped",
                fmt::format("Removed {} files from {}. A disk may still hold traces of what was written.",
                            doomed.size(), directory.string()));
  return kOk;
}

}  // namespace rozaneh::cli
