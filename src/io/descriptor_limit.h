// How many connections the system lets us have open.
#pragma once

#include <cstddef>

namespace rozaneh::io {

// Raises our limit of open files to what we are allowed: the usual 1024 is the right one only for programs
// that use select(2). Leaves it where that fails. Answers what it is then, 0 where that is not known.
std::size_t raise_descriptor_limit();

}  // namespace rozaneh::io
