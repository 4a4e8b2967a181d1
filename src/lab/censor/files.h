// The files of censors/ as they were when the program was built; CMake writes the other half.
#pragma once

#include <span>

#include "base/embedded_file.h"

namespace rozaneh::lab {

// By name.
std::span<const EmbeddedFile> censor_files();

}  // namespace rozaneh::lab
