#include "cli/config_file.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "cli/option_words.h"
#include "io/error.h"
#include "io/file.h"

namespace rozaneh::cli {
namespace {

constexpr std::size_t kLargestConfig = 1024 * 1024;

// What an option takes, in words.
std::string taken_by(const CLI::Option& option) {
  if (!takes_value(option)) return "true or false";
  const auto choices = choices_of(option);
  if (!choices.empty()) return fmt::format("{}", fmt::join(choices, " or "));
  if (const auto range = range_of(option); !range.empty()) return "a whole number of " + range;
  const std::string type = option.get_type_name();
  return type == "UINT" ? "a whole number" : type;
}

CLI::Option* option_of(CLI::App& app, const std::string& key) {
  return key == "config" || key == "help" ? nullptr : app.get_option_no_throw("--" + key);
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

// Answers what is wrong with it; empty: nothing.
std::string apply_key(CLI::App& app, const std::string& key, const toml::node& node) {
  CLI::Option* option = option_of(app, key);
  if (option == nullptr) return fmt::format("unknown key '{}'; valid: {}", key, names_of_options(app));
  if (option->count() > 0) return {};  // the command line wins
  if (!takes_value(*option) && !node.is_boolean())
    return fmt::format("'{}' takes {}", key, taken_by(*option));
  const auto values = values_of(node);
  if (!values) return fmt::format("'{}' takes a text, a number, true or false, or a list", key);
  try {
    for (const std::string& value : *values) option->add_result(value);
    option->run_callback();
  } catch (const CLI::Error&) {
    return fmt::format("'{}' takes {}, not '{}'", key, taken_by(*option), fmt::join(*values, "', '"));
  }
  return {};
}

}  // namespace

std::string ConfigProblem::place() const { return line == 0 ? file : fmt::format("{}:{}", file, line); }

Error ConfigProblem::error() const { return {SettingsError::config, fmt::format("{}: {}", place(), what)}; }

std::expected<ConfigFile, ConfigProblem> ConfigFile::read(const std::string& file) {
  const io::File open_file(file, O_RDONLY);
  const auto text = open_file.is_open() ? open_file.read_all(kLargestConfig) : std::nullopt;
  if (!text)
    return std::unexpected(
        ConfigProblem{.file = file, .line = 0, .key = "", .what = io::from_errno(errno).message()});
  return parse(text_of(*text), file);
}

std::expected<ConfigFile, ConfigProblem> ConfigFile::parse(std::string_view text, const std::string& file) {
  auto table = parse_toml(text, file);
  if (!table)
    return std::unexpected(ConfigProblem{
        .file = file, .line = table.error().where.begin.line, .key = "", .what = table.error().what});
  return ConfigFile(file, std::move(*table));
}

// The table has its keys by the alphabet; people read a file from its beginning.
std::vector<std::pair<std::string, const toml::node*>> ConfigFile::in_order() const {
  std::vector<std::pair<std::string, const toml::node*>> keys;
  for (const auto& [key, node] : table_) keys.emplace_back(key.str(), &node);
  std::ranges::sort(keys, {}, [](const auto& each) { return each.second->source().begin.line; });
  return keys;
}

std::vector<ConfigProblem> ConfigFile::apply(CLI::App& app) const {
  std::vector<ConfigProblem> problems;
  for (const auto& [key, node] : in_order())
    if (auto what = apply_key(app, key, *node); !what.empty())
      problems.push_back({.file = file_, .line = node->source().begin.line, .key = key, .what = what});
  return problems;
}

std::size_t ConfigFile::strange_to(const CLI::App& app) const {
  std::size_t count = 0;
  for (const auto& [key, node] : table_)
    if (app.get_option_no_throw("--" + std::string(key.str())) == nullptr) ++count;
  return count;
}

std::int64_t ConfigFile::line_of(const std::string& key) const {
  const toml::node* node = table_.get(key);
  return node == nullptr ? 0 : node->source().begin.line;
}

}  // namespace rozaneh::cli
