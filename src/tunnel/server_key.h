// The key of a tunnel's server: kept with the program's state, and written in links and bridge lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/random.h"
#include "crypto/x25519.h"
#include "io/state.h"

namespace rozaneh::tunnel {

// Read from the record `tunnel_key`, or drawn and kept there. Fails with transport::SetupError::state where
// it cannot be used, or as the state does.
Result<crypto::KeyPair> kept_key(io::State& state, Random& random);

// The value of `tunnel=`: base64url without padding, 43 characters.
std::string serialize_key(const crypto::PublicKey& key);
std::optional<crypto::PublicKey> parse_key(std::string_view text);

}  // namespace rozaneh::tunnel
