// A file that became part of the program when it was built; `rozaneh_embed` in cmake/embed.cmake writes where
// they are.
#pragma once

#include <string_view>

namespace rozaneh {

struct EmbeddedFile {
  std::string_view name;  // without its folder, and without ".toml"
  std::string_view text;
};

}  // namespace rozaneh
