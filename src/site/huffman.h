// HPACK's code for texts (RFC 7541 section 5.2).
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace rozaneh::site {

Buffer huffman_encode(std::string_view text);

// nullopt: not a code, or badly padded.
std::optional<std::string> huffman_decode(Bytes bytes);

}  // namespace rozaneh::site
