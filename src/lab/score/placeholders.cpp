#include "lab/score/placeholders.h"

namespace rozaneh::lab {
namespace {

constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789.-";

// The name in braces at the start of the text, without the braces; empty: there is none.
std::string_view name_at_the_start(std::string_view text) {
  if (!text.starts_with('{')) return {};
  const auto end = text.find_first_not_of(kLetters, 1);
  if (end == std::string_view::npos || text[end] != '}') return {};
  return text.substr(1, end - 1);
}

}  // namespace

void for_each_placeholder(std::string_view text, const std::function<void(std::string_view name)>& with) {
  for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1))
    if (const auto name = name_at_the_start(text.substr(open)); !name.empty()) with(name);
}

std::string fill_placeholders(std::string_view text, const Placeholders& values) {
  std::string filled;
  while (!text.empty()) {
    const auto open = std::min(text.find('{'), text.size());
    filled += text.substr(0, open);
    text.remove_prefix(open);
    if (text.empty()) break;
    const auto name = name_at_the_start(text);
    const auto value = values.find(name);
    const std::size_t taken = value != values.end() && !name.empty() ? name.size() + 2 : 1;
    filled += taken > 1 ? std::string_view(value->second) : text.substr(0, 1);
    text.remove_prefix(taken);
  }
  return filled;
}

}  // namespace rozaneh::lab
