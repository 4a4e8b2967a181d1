#include "cli/settings.h"

#include <fmt/format.h>

#include <cstdlib>

#include "cli/config_file.h"

namespace rozaneh::cli {
namespace {

Result<> take(CLI::App& app, const std::expected<ConfigFile, ConfigProblem>& file) {
  if (!file) return std::unexpected(file.error().error());
  const auto problems = file->apply(app);
  if (!problems.empty()) return std::unexpected(problems.front().error());
  return {};
}

}  // namespace

std::string_view layer_of(SettingsError /*error*/) { return "settings"; }

// The detail says where, what and what would be right.
std::string_view describe(SettingsError /*error*/) { return ""; }

void declare_zero_copy(CLI::App& app, std::string& zero_copy) {
  app.add_option(
         "--zero-copy", zero_copy,
         "auto: what is carried in bulk from plain TCP is moved by the kernel (splice), into TLS 1.3 too "
         "where it has that (kTLS); off: all goes through this program")
      ->check(CLI::IsMember({"auto", "off"}))
      ->capture_default_str();
}

void declare_connection_limits(CLI::App& app, unsigned& total, unsigned& per_address) {
  app.add_option("--max-connections", total, "Connections served at once; 0: no limit")
      ->capture_default_str();
  app.add_option("--max-per-address", per_address, "The same for each client address (IPv6: each /64)")
      ->capture_default_str();
}

void declare_common(CLI::App& app, CommonSettings& settings) {
  app.add_option("--config", settings.config,
                 "Read settings from this TOML file; keys are the names of the flags")
      ->type_name("FILE.toml");
  app.add_option("--log-level", settings.log_level, "debug, info, warn or error")->capture_default_str();
  app.add_flag("--log-addresses", settings.log_addresses,
               "Show users' addresses in the log (off: they are left out)");
  app.add_flag("--json", settings.json, "One JSON object a line instead of sentences, for programs");
  app.add_option("--state", settings.state, "Keep state (keys, tickets) in this directory")
      ->type_name("DIRECTORY");
  app.add_flag("--no-state", settings.no_state, "Keep nothing on disk: all is gone when the program ends");
  app.add_option("--threads", settings.threads, "Event loops to run (default: by command and cores)");
}

Result<> apply_config(CLI::App& app, const CommonSettings& settings) {
  if (settings.config.empty()) return {};
  return take(app, ConfigFile::read(settings.config));
}

Result<> apply_config(CLI::App& app, std::string_view text, const std::string& file) {
  return take(app, ConfigFile::parse(text, file));
}

Result<Console::Options> console_options(const CommonSettings& settings) {
  const auto level = parse_level(settings.log_level);
  if (!level)
    return fail(SettingsError::value,
                fmt::format("--log-level '{}': valid are debug, info, warn and error", settings.log_level));
  return Console::Options{.level = *level, .json = settings.json, .addresses = settings.log_addresses};
}

std::filesystem::path default_state_directory() {
  // NOLINTBEGIN(concurrency-mt-unsafe): before any thread is started
  if (const char* given = std::getenv("STATE_DIRECTORY")) return given;
  if (const char* given = std::getenv("XDG_STATE_HOME")) return std::filesystem::path(given) / "rozaneh";
  const char* home = std::getenv("HOME");
  // NOLINTEND(concurrency-mt-unsafe)
  return std::filesystem::path(home != nullptr ? home : "/") / ".local/state/rozaneh";
}

std::filesystem::path state_directory(const CommonSettings& settings) {
  return settings.state.empty() ? default_state_directory() : std::filesystem::path(settings.state);
}

Result<std::unique_ptr<io::State>> open_state(const CommonSettings& settings) {
  if (settings.no_state) return std::make_unique<io::MemoryState>();
  auto directory = io::DirectoryState::open(state_directory(settings));
  if (!directory) return std::unexpected(directory.error());
  return std::move(*directory);
}

}  // namespace rozaneh::cli
