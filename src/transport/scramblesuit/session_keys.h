// The keys of a connection, from the master key that either handshake ends in (specification section 2.3).
#pragma once

#include <array>

#include "base/secret.h"
#include "crypto/aes.h"

namespace rozaneh::scramblesuit {

using MasterKey = Secret<32>;

// One direction's.
struct DirectionKey {
  Secret<32> cipher;  // AES-256
  std::array<std::uint8_t, 8> counter_prefix{};
  Secret<32> mac;

  // The stream that starts with this key: the counter is the prefix, then a number that starts at 1 (which
  // the specification does not say; measured against obfs4proxy 0.0.14).
  [[nodiscard]] crypto::AesCtr stream() const;
};

struct SessionKeys {
  DirectionKey client_to_server;
  DirectionKey server_to_client;
};

// HKDF-SHA256, its second half alone, without info: 144 bytes.
SessionKeys derive_session_keys(const MasterKey& master);

}  // namespace rozaneh::scramblesuit
