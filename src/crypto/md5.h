// MD5 (RFC 1321), for fingerprints that are defined with it. It protects nothing: two texts of the same hash
// are made in seconds.
#pragma once

#include <array>

#include "base/bytes.h"

namespace rozaneh::crypto {

[[nodiscard]] std::array<std::uint8_t, 16> md5(Bytes bytes);

}  // namespace rozaneh::crypto
