// Finds what toml++ 3 must not be given.
#pragma once

#include <optional>
#include <string_view>

namespace rozaneh::lab {

// The first line, counted from 1, on which "[" or "[[" at the line's beginning is followed by neither a key
// nor "]". toml++ takes for granted that a key begins there, and is undefined if not. Such a line within a
// list is found too; no file of ours has lists within lists.
std::optional<unsigned> line_of_keyless_header(std::string_view text);

}  // namespace rozaneh::lab
