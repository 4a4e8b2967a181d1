// The files that `rozaneh setup` writes: those that the package brings, with what was answered put into their
// places. Pure.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "base/embedded_file.h"

namespace rozaneh::cli {

// What packaging/config/ has: "bridge", "client", "signal".
std::span<const EmbeddedFile> service_settings();

// One of them; empty: there is none of that name.
std::string_view settings_template(std::string_view service);

// A configuration file with `key = "value"` where it has the key, in force or as an example behind `# `; at
// its end, where it has neither. Comments stay.
std::string with_setting(std::string_view file, std::string_view key, std::string_view value);

}  // namespace rozaneh::cli
