// Links as people give them to a command: as text, or as a file of them.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "wire/way.h"

namespace rozaneh::cli {

// All ways of all arguments, in order. An argument that is neither a link nor a bridge line is a file's name.
Result<std::vector<Way>> read_links(const std::vector<std::string>& given);

}  // namespace rozaneh::cli
