// Text forms of bytes: hexadecimal, base64 and base32, as bridge lines and state files use them.
//
// Decoders answer nullopt for anything that is not exactly the form: wrong characters, wrong length,
// padding where none belongs, or bits left over that are not zero.
#pragma once

#include <optional>
#include <string>

#include "base/bytes.h"

namespace rozaneh {

// Lower-case hexadecimal; decoding takes both cases.
std::string encode_hex(Bytes bytes);
std::optional<Buffer> decode_hex(std::string_view text);

// Standard base64 (RFC 4648 section 4) without its `=` at the end; decoding takes it with or without.
std::string encode_base64(Bytes bytes);
std::optional<Buffer> decode_base64(std::string_view text);

// The URL-safe alphabet (RFC 4648 section 5), without `=`.
std::string encode_base64url(Bytes bytes);
std::optional<Buffer> decode_base64url(std::string_view text);

// Base32 (RFC 4648 section 6), upper case, without `=`; decoding takes both cases, with or without `=`.
std::string encode_base32(Bytes bytes);
std::optional<Buffer> decode_base32(std::string_view text);

}  // namespace rozaneh
