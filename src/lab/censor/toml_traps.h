// Finds what toml++ 3 must not be given.
#pragma once

#include <optional>
#include <string_view>

namespace rozaneh::lab {

struct TomlTrap {
  unsigned line;  // counted from 1
  std::string_view what;
};

// The first line that toml++ takes for granted never to be, and is undefined for: "[" or "[[" at its
// beginning, followed by neither a key nor "]" (within a list, too; no file of ours has lists within lists),
// or letters other than ASCII outside of strings and comments.
std::optional<TomlTrap> find_toml_trap(std::string_view text);

}  // namespace rozaneh::lab
