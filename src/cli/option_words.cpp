#include "cli/option_words.h"

#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <ranges>

namespace rozaneh::cli {
namespace {

// CLI11 tells what checks an option has only as text behind its type: "TEXT:{auto,off}", "UINT:INT in [1 -
// 9]", "TEXT:(FLOAT in [1 - 9]) OR ({auto})". So this is where they are found again.
std::string between(std::string_view text, std::string_view left, std::string_view right) {
  const auto begin = text.find(left);
  if (begin == std::string_view::npos) return {};
  const auto rest = text.substr(begin + left.size());
  return std::string(rest.substr(0, rest.find(right)));
}

constexpr std::array<std::string_view, 3> kNumbers{"UINT", "INT", "FLOAT"};

}  // namespace

std::vector<const CLI::App*> visible_commands(const CLI::App& command) {
  return command.get_subcommands([](const CLI::App* each) { return !each->get_group().empty(); });
}

std::string full_name(const CLI::App& command, std::string_view between) {
  if (command.get_parent() == nullptr) return command.get_name();
  return fmt::format("{}{}{}", full_name(*command.get_parent(), between), between, command.get_name());
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

std::vector<std::string> choices_of(const CLI::Option& option) {
  std::vector<std::string> choices;
  for (const auto part : std::views::split(between(option.get_type_name(), "{", "}"), ','))
    choices.emplace_back(part.begin(), part.end());
  return choices;
}

std::string range_of(const CLI::Option& option) { return between(option.get_type_name(), " in [", "]"); }

std::string value_of(const CLI::Option& option) {
  if (!takes_value(option)) return {};
  const std::vector<std::string> choices = choices_of(option);
  const std::string type = option.get_type_name();
  const std::string range = range_of(option);
  if (!choices.empty() && range.empty()) return fmt::format("{}", fmt::join(choices, "|"));
  if (!range.empty()) return choices.empty() ? "N" : fmt::format("N|{}", fmt::join(choices, "|"));
  return std::ranges::find(kNumbers, type) != kNumbers.end() ? "N" : type;
}

}  // namespace rozaneh::cli
