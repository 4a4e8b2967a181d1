// A QR code for a terminal.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rozaneh::cli {

// The code in half blocks, dark on light whatever the terminal's colours; nothing where the text is too long.
std::optional<std::string> qr_code(std::string_view text);

}  // namespace rozaneh::cli
