// A command's page of the manual, in roff, made of the command as it is declared: it cannot differ from
// --help.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>

namespace rozaneh::cli {

// `date` is that of the program's last change, 2026-11-22.
std::string man_page(const CLI::App& command, std::string_view date);

}  // namespace rozaneh::cli
