// Percent-encoding (RFC 3986 section 2.1), as links and proxy URLs use it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rozaneh {

// Letters, digits, `-`, `.`, `_`, `~` and the characters of `also` stay; every other byte becomes %XX.
std::string encode_percent(std::string_view text, std::string_view also = {});

// Nullopt where a % is not followed by two hexadecimal digits. A + stays a +.
std::optional<std::string> decode_percent(std::string_view text);

}  // namespace rozaneh
