#include "lab/censor/toml_traps.h"

#include <algorithm>

namespace rozaneh::lab {
namespace {

constexpr std::string_view kBlank = " \t";
constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

// Where a string that begins at `begin` ends (TOML 1.0, "String").
std::size_t end_of_string(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  const bool several_lines = text.substr(begin).starts_with(quote == '"' ? R"(""")" : "'''");
  std::size_t at = begin + (several_lines ? 3 : 1);
  for (; at < text.size(); ++at) {
    if (quote == '"' && text[at] == '\\') {
      ++at;
    } else if (!several_lines && (text[at] == quote || text[at] == '\n')) {
      return at + (text[at] == quote ? 1 : 0);
    } else if (several_lines && text.substr(at).starts_with(quote == '"' ? R"(""")" : "'''")) {
      return std::min(text.find_first_not_of(quote, at), at + 5);  // up to two quotes more belong to it
    }
  }
  return text.size();
}

bool has_key(std::string_view header) {
  header.remove_prefix(header.starts_with("[[") ? 2 : 1);
  header.remove_prefix(std::min(header.find_first_not_of(kBlank), header.size()));
  if (header.empty()) return true;  // the text ends, which toml++ sees
  const char first = header.front();
  return (first >= 'a' && first <= 'z') || (first >= 'A' && first <= 'Z') || (first >= '0' && first <= '9') ||
         std::string_view("-_\"']").contains(first);
}

}  // namespace

std::optional<TomlTrap> find_toml_trap(std::string_view text) {
  const auto trap = [text](std::size_t at, std::string_view what) {
    return TomlTrap{static_cast<unsigned>(1 + std::ranges::count(text.substr(0, at), '\n')), what};
  };
  bool begins = true;  // nothing but blanks stood on this line
  for (std::size_t at = text.starts_with(kByteOrderMark) ? kByteOrderMark.size() : 0; at < text.size();) {
    const char here = text[at];
    if (here == '"' || here == '\'') {
      at = std::min(end_of_string(text, at), text.size());
      begins = false;
      continue;
    }
    if (here == '#') at = std::min(text.find('\n', at), text.size());
    if (at == text.size()) break;
    if (static_cast<unsigned char>(text[at]) > 0x7e) return trap(at, "letters other than ASCII need quotes");
    if (begins && here == '[' && !has_key(text.substr(at)))
      return trap(at, "a table's name must stand in the brackets");
    begins = text[at] == '\n' || (begins && kBlank.contains(here));
    ++at;
  }
  return std::nullopt;
}

}  // namespace rozaneh::lab
