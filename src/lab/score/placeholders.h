// Words in braces that stand for what is known only once a lab runs.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "base/error.h"

namespace rozaneh::lab {

using Placeholders = std::map<std::string, std::string, std::less<>>;

// Calls `with` for each placeholder in the text: lower-case letters, digits, '.' and '-' in braces. Other
// braces are the text's own.
void for_each_placeholder(std::string_view text, const std::function<void(std::string_view name)>& with);

// The text with all of them filled in. One that has no value stays as it is.
std::string fill_placeholders(std::string_view text, const Placeholders& values);

}  // namespace rozaneh::lab
