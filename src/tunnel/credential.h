// What a user of a bridge shows to be let in: a random token out of his link, sent in a session's first hello
// (docs/protocols/tunnel.md, parameter 6).
//
// Servers keep its hash alone. A token is 192 random bits that we have drawn, so nobody can try them out, and
// a fast hash says as little of it as a slow one would.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "base/secret.h"

namespace rozaneh::tunnel {

using Credential = Secret<24>;
using CredentialHash = std::array<std::uint8_t, 32>;

Credential make_credential(Random& random);

// HMAC-SHA256 under the credential, of "rozaneh tunnel 1 user". Of any bytes, since a client may send any.
CredentialHash hash_credential(Bytes credential);

// The value of `user=`: base64url without padding, 32 characters.
std::string serialize_credential(const Credential& credential);
std::optional<Credential> parse_credential(std::string_view text);

}  // namespace rozaneh::tunnel
