// The key exchange: ntor as obfs4 has it, which differs from Tor's in the order of its inputs and in a label.
//
// The published specification describes another order; this is what deployed peers compute, checked against
// published vectors and obfs4proxy 0.0.14.
#pragma once

#include "base/secret.h"
#include "transport/obfs4/frame.h"
#include "transport/obfs4/identity.h"

namespace rozaneh::obfs4 {

inline constexpr std::size_t kAuthSize = 32;

struct NtorResult {
  Secret<32> key_seed;
  std::array<std::uint8_t, kAuthSize> auth{};  // the server's proof, to be compared in constant time
};

// The client's side: own key x, the server's ephemeral Y. Nothing where a shared secret is all zero.
std::optional<NtorResult> ntor_client(const crypto::PrivateKey& x, const crypto::PublicKey& X,
                                      const crypto::PublicKey& Y, const BridgeId& bridge);

// The server's side: ephemeral key y, identity key b, the client's ephemeral X.
std::optional<NtorResult> ntor_server(const crypto::PrivateKey& y, const crypto::PublicKey& Y,
                                      const crypto::PrivateKey& b, const crypto::PublicKey& X,
                                      const BridgeId& bridge);

// HKDF-SHA256 of the key seed: client to server 72 bytes | server to client 72 bytes (the specification has
// them the other way round).
Secret<2 * kFrameKeySize> derive_frame_keys(const Secret<32>& key_seed);

}  // namespace rozaneh::obfs4
