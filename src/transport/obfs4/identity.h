// Who a bridge is: what its clients know, and what it alone knows.
#pragma once

#include <array>
#include <string>

#include "base/arguments.h"
#include "base/error.h"
#include "base/random.h"
#include "crypto/x25519.h"
#include "transport/obfs4/drbg.h"
#include "transport/obfs4/shape.h"

namespace rozaneh::obfs4 {

using NodeId = std::array<std::uint8_t, 20>;

// What a bridge line says.
struct BridgeId {
  NodeId node{};
  crypto::PublicKey key{};  // B, an ordinary X25519 key

  // `cert=`: base64 of node | key, 70 characters (measured against obfs4proxy 0.0.14).
  [[nodiscard]] std::string cert() const;
  static std::optional<BridgeId> from_cert(std::string_view cert);

  // The key of every HMAC of the handshake: B | node id.
  [[nodiscard]] Buffer hmac_key() const;

  // From `cert`, or from the older `node-id` and `public-key` in hexadecimal.
  static Result<BridgeId> from_arguments(const Arguments& arguments);
};

// What the bridge keeps in its state.
struct ServerIdentity {
  BridgeId id;
  crypto::PrivateKey private_key;
  Seed shape_seed{};
  IatMode iat_mode = IatMode::none;

  static ServerIdentity generate(Random& random);

  // obfs4proxy's obfs4_state.json, so that an operator can change programs without a new bridge line.
  static Result<ServerIdentity> from_json(std::string_view json);
  [[nodiscard]] std::string to_json() const;
};

// `iat-mode`: 0, 1 or 2. Clients must name it; a server may.
Result<IatMode> parse_iat_mode(std::string_view text);

}  // namespace rozaneh::obfs4
