// What the commands' declarations say of themselves, for the manual and for completion.
#pragma once

#include <CLI/App.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace rozaneh::cli {

// The subcommands that --help shows, in its order.
std::vector<const CLI::App*> visible_commands(const CLI::App& command);

// "rozaneh bridge by-name", with `between` where the blanks are.
std::string full_name(const CLI::App& command, std::string_view between);

bool takes_value(const CLI::Option& option);

// The values of an option that takes only these; empty: others too, or none.
std::vector<std::string> choices_of(const CLI::Option& option);

// "1 - 3600" of an option that takes numbers between these; empty: it says nothing of the kind.
std::string range_of(const CLI::Option& option);

// What stands for its value: "FILE.toml", "auto|off", "N"; empty for a flag.
std::string value_of(const CLI::Option& option);

}  // namespace rozaneh::cli
