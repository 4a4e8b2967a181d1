// SHA-1 (FIPS 180-4), for what is defined with it: the answer to a WebSocket's key. It protects nothing: two
// texts of the same hash have been made.
#pragma once

#include <array>

#include "base/bytes.h"

namespace rozaneh::crypto {

[[nodiscard]] std::array<std::uint8_t, 20> sha1(Bytes bytes);

}  // namespace rozaneh::crypto
