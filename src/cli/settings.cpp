#include "cli/settings.h"

#include <fmt/ranges.h>

#include <cstdlib>

#include "base/toml.h"
#include "io/error.h"
#include "io/file.h"

namespace rozaneh::cli {
namespace {

constexpr std::size_t kLargestConfig = 1024 * 1024;

// A file that cannot be opened has no line.
std::unexpected<Error> config_failure(const std::string& file, const toml::source_region& where,
                                      std::string_view what) {
  const auto line = where.begin.line;
  const std::string place = line == 0 ? file : fmt::format("{}:{}", file, line);
  return fail(SettingsError::config, fmt::format("{}: {}", place, what));
}

// What an option takes, in words.
std::string taken_by(const CLI::Option& option) {
  if (option.get_items_expected_max() == 0) return "true or false";
  const std::string type = option.get_type_name();
  return type == "UINT" ? "a whole number" : type;
}

std::string names_of_options(const CLI::App& app) {
  std::string names;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_lnames().empty() || option->get_lnames().front() == "help") continue;
    names.append(names.empty() ? "" : ", ").append(option->get_lnames().front());
  }
  return names;
}

std::optional<std::string> scalar(const toml::node& node) {
  if (auto text = node.value_exact<std::string>()) return text;
  if (const auto number = node.value_exact<std::int64_t>()) return std::to_string(*number);
  if (const auto flag = node.value_exact<bool>()) return *flag ? "true" : "false";
  return std::nullopt;
}

std::optional<std::vector<std::string>> values_of(const toml::node& node) {
  std::vector<std::string> values;
  if (const toml::array* list = node.as_array()) {
    for (const toml::node& element : *list) {
      auto value = scalar(element);
      if (!value) return std::nullopt;
      values.push_back(std::move(*value));
    }
    return values;
  }
  auto value = scalar(node);
  if (!value) return std::nullopt;
  values.push_back(std::move(*value));
  return values;
}

Result<> apply_key(CLI::App& app, const std::string& file, const std::string& key, const toml::node& node) {
  CLI::Option* option = app.get_option_no_throw("--" + key);
  if (option == nullptr || key == "config" || key == "help")
    return config_failure(file, node.source(),
                          fmt::format("unknown key '{}'; valid: {}", key, names_of_options(app)));
  if (option->count() > 0) return {};  // the command line wins
  if (option->get_items_expected_max() == 0 && !node.is_boolean())
    return config_failure(file, node.source(), fmt::format("'{}' takes {}", key, taken_by(*option)));
  const auto values = values_of(node);
  if (!values)
    return config_failure(file, node.source(),
                          fmt::format("'{}' takes a text, a number, true or false, or a list", key));
  try {
    for (const std::string& value : *values) option->add_result(value);
    option->run_callback();
  } catch (const CLI::Error&) {
    return config_failure(
        file, node.source(),
        fmt::format("'{}' takes {}, not '{}'", key, taken_by(*option), fmt::join(*values, "', '")));
  }
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
  const std::string& file = settings.config;
  const io::File open_file(file, O_RDONLY);
  const auto text = open_file.is_open() ? open_file.read_all(kLargestConfig) : std::nullopt;
  if (!text) return config_failure(file, {}, io::from_errno(errno).message());
  return apply_config(app, text_of(*text), file);
}

Result<> apply_config(CLI::App& app, std::string_view text, const std::string& file) {
  const auto table = parse_toml(text, file);
  if (!table) return config_failure(file, table.error().where, table.error().what);
  for (const auto& [key, node] : *table) {
    auto applied = apply_key(app, file, std::string(key.str()), node);
    if (!applied) return applied;
  }
  return {};
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
