// What people give to `rozaneh client`: links and bridge lines, alone or as a file of them.
#pragma once

#include <vector>

#include "wire/way.h"

namespace rozaneh {

inline constexpr std::size_t kMaxWays = 1000;

// One link or bridge line; spaces around it do not matter. Fails with LinkError.
Result<std::vector<Way>> parse_ways(std::string_view text);

// A file: one link or bridge line a line; empty lines and lines that begin with # do not count. At most
// kMaxWays ways, at least one. Fails with LinkError, whose detail begins with the number of the line: "line
// 3".
Result<std::vector<Way>> parse_way_list(std::string_view text);

}  // namespace rozaneh
