#include "cli/effective.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <ranges>
#include <set>

#include "cli/config_file.h"
#include "cli/option_words.h"
#include "wire/link.h"

namespace rozaneh::cli {
namespace {

constexpr std::string_view kElided = "…";
constexpr std::size_t kColumn = 48;  // where it says whence

bool is_number(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.starts_with("UINT") || type.starts_with("INT") || type.starts_with("FLOAT");
}

// Every string of JSON is one of TOML.
std::string quoted(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string toml_of(const CLI::Option& option, const std::string& key, const std::string& value) {
  const bool bare = !takes_value(option) || is_number(option);
  return bare ? value : quoted(without_secrets(key, value));
}

std::string toml_of(const CLI::Option& option, const std::string& key, const std::vector<std::string>& all) {
  std::vector<std::string> parts;
  parts.reserve(all.size());
  for (const std::string& each : all) parts.push_back(toml_of(option, key, each));
  return option.get_items_expected_max() > 1 ? fmt::format("[{}]", fmt::join(parts, ", ")) : parts.back();
}

// CLI11 keeps defaults as text, lists in brackets.
std::vector<std::string> defaults_of(const CLI::Option& option) {
  std::string text = option.get_default_str();
  if (text.empty()) return {};
  if (!text.starts_with('[') || option.get_items_expected_max() <= 1) return {text};
  std::vector<std::string> parts;
  for (const auto part : std::views::split(std::string_view(text).substr(1, text.size() - 2), ','))
    parts.emplace_back(part.begin(), part.end());
  return parts;
}

EffectiveSetting setting_of(const CLI::Option& option, const std::string& from) {
  EffectiveSetting setting{.key = option.get_lnames().front(), .value = "", .from = from};
  if (option.count() > 0) {
    setting.value = takes_value(option) ? toml_of(option, setting.key, option.results()) : "true";
    if (!takes_value(option) && option.results().back() == "false") setting.value = "false";
    return setting;
  }
  setting.from = "default";
  const auto defaults = defaults_of(option);
  if (!takes_value(option))
    setting.value = "false";
  else if (!defaults.empty())
    setting.value = toml_of(option, setting.key, defaults);
  return setting;
}

}  // namespace

std::string EffectiveSetting::line() const {
  if (value.empty()) return fmt::format("{:<{}}  # {}", fmt::format("# {} =", key), kColumn, from);
  return fmt::format("{:<{}}  # {}", fmt::format("{} = {}", key, value), kColumn, from);
}

Result<std::vector<EffectiveSetting>> effective_settings(CLI::App& command, const std::string& config) {
  std::set<const CLI::Option*> given;
  for (const CLI::Option* option : command.get_options())
    if (option->count() > 0) given.insert(option);
  std::optional<ConfigFile> file;
  if (!config.empty()) {
    auto read = ConfigFile::read(config);
    if (!read) return std::unexpected(read.error().error());
    file.emplace(std::move(*read));
    if (const auto problems = file->apply(command); !problems.empty())
      return std::unexpected(problems.front().error());
  }
  std::vector<EffectiveSetting> all;
  for (const CLI::Option* option : command.get_options()) {
    if (option->get_lnames().empty()) continue;
    const std::string& key = option->get_lnames().front();
    if (key == "help" || key == "config") continue;  // nothing that a file can say
    const bool in_file = option->count() > 0 && !given.contains(option);
    all.push_back(
        setting_of(*option, in_file ? fmt::format("{}:{}", config, file->line_of(key)) : "command line"));
  }
  return all;
}

std::string without_secrets(const std::string& key, const std::string& value) {
  const auto cut = [&value](std::size_t at) { return value.substr(0, at) + std::string(kElided); };
  if (key == "hidden-label") return std::string(kElided);
  if (key == "set") return cut(value.find('=') + 1);
  if (key == "upstream-proxy") {
    const auto at = value.rfind('@');
    const auto scheme = value.find("://");
    if (at == std::string::npos) return value;
    return (scheme == std::string::npos ? "" : value.substr(0, scheme + 3)) + std::string(kElided) +
           value.substr(at);
  }
  if (key != "link") return value;
  if (is_link(value)) return value.contains('?') ? cut(value.find('?') + 1) : value;
  const auto address = value.find(' ');  // a bridge line: what follows its address
  return address == std::string::npos ? value : cut(value.find(' ', address + 1) + 1);
}

}  // namespace rozaneh::cli
