// The bytes that a raw fetch sends, as subjects write them.
#pragma once

#include <string_view>

#include "base/random.h"

namespace rozaneh::lab {

// Hexadecimal digits, or "random N".
bool is_sendable(std::string_view text);

// Empty for what is not sendable.
Buffer bytes_to_send(std::string_view text, Random& random);

}  // namespace rozaneh::lab
