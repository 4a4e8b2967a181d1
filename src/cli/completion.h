// `rozaneh complete WORD…`: what may stand where the last word is being typed, for packaging/completions/.
#pragma once

#include <CLI/App.hpp>
#include <span>
#include <string>

namespace rozaneh::cli {

// The first line is `words`, `files` or `directories`. After `words` each line is one that may stand there; a
// tab and what it is for may follow. `typed` is what stands behind the program's name; the last may be empty.
std::string complete(const CLI::App& program, std::span<const std::string> typed);

}  // namespace rozaneh::cli
