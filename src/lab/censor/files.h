// The files of censors/ as they were when the program was built; CMake writes the other half.
#pragma once

#include <span>
#include <string_view>

namespace rozaneh::lab {

struct CensorFile {
  std::string_view name;  // without ".toml"
  std::string_view text;
};

// By name.
std::span<const CensorFile> censor_files();

}  // namespace rozaneh::lab
