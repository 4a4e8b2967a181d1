#include "cli/completion.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/option_words.h"
#include "lab/censor/library.h"

namespace rozaneh::cli {
namespace {

constexpr std::string_view kWords = "words\n";

// Where the words that are finished have led.
struct Place {
  const CLI::App* command = nullptr;
  const CLI::Option* waiting = nullptr;  // for its value
  std::size_t positionals = 0;
  bool only_positionals = false;  // behind --
};

const CLI::App* find_command(const CLI::App& command, std::string_view name) {
  const auto all = visible_commands(command);
  const auto found = std::ranges::find(all, name, &CLI::App::get_name);
  return found == all.end() ? nullptr : *found;
}

void step(Place& place, const std::string& word) {
  if (place.waiting != nullptr) {
    // bash makes --flag=value three words.
    if (word != "=") place.waiting = nullptr;
  } else if (word == "--" && !place.only_positionals) {
    place.only_positionals = true;
  } else if (word.starts_with('-') && !place.only_positionals) {
    const CLI::Option* option = place.command->get_option_no_throw(word);
    if (option != nullptr && takes_value(*option)) place.waiting = option;
  } else if (const CLI::App* command =
                 place.only_positionals ? nullptr : find_command(*place.command, word)) {
    place = {.command = command};
  } else {
    ++place.positionals;
  }
}

// The last positional is the one that takes several.
const CLI::Option* positional_at(const Place& place) {
  const auto all =
      place.command->get_options([](const CLI::Option* option) { return option->get_positional(); });
  return all.empty() ? nullptr : all[std::min(place.positionals, all.size() - 1)];
}

void offer(std::string& answer, std::string_view word, std::string_view about, std::string_view begun) {
  if (word.starts_with(begun)) answer += fmt::format("{}\t{}\n", word, about);
}

// Those of the lab take a censor by its name, or a file.
bool names_censor(const CLI::Option& option) {
  return option.get_name(true).find("censor") != std::string::npos;
}

std::string values(const CLI::Option* option, std::string_view begun) {
  if (option == nullptr) return std::string(kWords);
  const std::string type = value_of(*option);
  if (type == "DIRECTORY") return "directories\n";
  std::string answer(kWords);
  for (const std::string& choice : choices_of(*option)) offer(answer, choice, "", begun);
  if (names_censor(*option)) {
    const auto censors = lab::all_censors();
    for (const lab::CensorSpec& censor : censors.value_or(std::vector<lab::CensorSpec>()))
      offer(answer, censor.id, censor.title, begun);
  }
  const bool may_be_file = option->get_positional() || type.find("FILE") != std::string::npos;
  return answer == kWords && may_be_file ? "files\n" : answer;
}

}  // namespace

std::string complete(const CLI::App& program, std::span<const std::string> typed) {
  if (typed.empty()) return std::string(kWords);
  const std::string_view last = typed.back();
  const std::string_view begun = last == "=" ? "" : last;
  Place place{.command = &program};
  for (const std::string& word : typed.first(typed.size() - 1)) step(place, word);
  if (place.waiting != nullptr) return values(place.waiting, begun);
  std::string answer(kWords);
  if (begun.starts_with('-') && !place.only_positionals) {
    for (const CLI::Option* option : place.command->get_options())
      for (const std::string& name : option->get_lnames())
        offer(answer, "--" + name, option->get_description(), begun);
    return answer;
  }
  if (place.positionals == 0 && !place.only_positionals)
    for (const CLI::App* command : visible_commands(*place.command))
      offer(answer, command->get_name(), command->get_description(), begun);
  return answer == kWords ? values(positional_at(place), begun) : answer;
}

}  // namespace rozaneh::cli
