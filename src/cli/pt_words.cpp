#include <algorithm>
#include <cctype>

#include "cli/pt.h"

namespace rozaneh::cli {
namespace {

// A flag as Go programs take it: -name, --name, -name=value, -name value.
struct GoFlag {
  std::string_view name;
  std::string_view ours;  // empty: the flag says nothing to us
  bool takes_value;
};

constexpr std::array<GoFlag, 4> kFlags = {{{"logLevel", "--log-level", true},
                                           {"unsafeLogging", "--unsafe-logging", false},
                                           {"enableLogging", "", false},
                                           {"obfs4-distBias", "--obfs4-biased-shapes", false}}};

struct Split {
  std::string_view name;
  std::optional<std::string_view> value;
};

Split split(std::string_view word) {
  word.remove_prefix(std::min(word.find_first_not_of('-'), word.size()));
  const auto equals = word.find('=');
  if (equals == std::string_view::npos) return {.name = word, .value = std::nullopt};
  return {.name = word.substr(0, equals), .value = word.substr(equals + 1)};
}

const GoFlag* find_flag(std::string_view word) {
  if (!word.starts_with('-')) return nullptr;
  const auto* found = std::ranges::find(kFlags, split(word).name, &GoFlag::name);
  return found == kFlags.end() ? nullptr : found;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return std::tolower(c); });
  return lower;
}

bool is_false(std::string_view value) {
  return value == "0" || lower_case(value) == "f" || lower_case(value) == "false";
}

std::vector<std::string> translate_flags(const std::vector<std::string>& words) {
  std::vector<std::string> ours;
  for (auto word = words.begin(); word != words.end(); ++word) {
    const GoFlag* flag = find_flag(*word);
    if (flag == nullptr) {
      ours.push_back(*word);
      continue;
    }
    auto value = split(*word).value;
    if (flag->takes_value && !value && word + 1 != words.end()) value = *++word;
    const bool is_off = !flag->takes_value && value && is_false(*value);
    if (flag->ours.empty() || is_off) continue;
    ours.emplace_back(flag->ours);
    if (flag->takes_value && value) ours.push_back(lower_case(*value));
  }
  return ours;
}

}  // namespace

std::vector<std::string> translate_pt_words(std::string_view program, std::vector<std::string> words,
                                            bool under_tor) {
  const std::string_view name = program.substr(program.rfind('/') + 1);
  const bool is_peer = name == "obfs4proxy" || name == "lyrebird";
  if (is_peer && (std::ranges::find(words, "-version") != words.end())) return {"--version"};
  const bool names_command = !words.empty() && !words.front().starts_with('-');
  if (is_peer || (under_tor && !names_command)) words.insert(words.begin(), "pt");
  if (words.empty() || words.front() != "pt") return words;
  return translate_flags(words);
}

}  // namespace rozaneh::cli
