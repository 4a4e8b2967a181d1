// X25519 (RFC 7748): keys, key pairs and the shared secret.
#pragma once

#include <optional>

#include "base/random.h"
#include "base/secret.h"

namespace rozaneh::crypto {

// A u coordinate, 32 bytes little endian.
struct PublicKey {
  static constexpr std::size_t kSize = 32;

  PublicKey() = default;
  explicit PublicKey(std::span<const std::uint8_t, kSize> from) { copy(bytes, from); }
  bool operator==(const PublicKey&) const = default;

  std::array<std::uint8_t, kSize> bytes{};
};

// A scalar, 32 bytes little endian. It need not be clamped: x25519 does that.
struct PrivateKey : Secret<32> {
  using Secret::Secret;
};

struct SharedSecret : Secret<32> {
  using Secret::Secret;
};

struct KeyPair {
  PrivateKey private_key;
  PublicKey public_key;
};

// An ordinary pair for an identity. The private key is stored clamped, as other programs expect to find it
// in a state file. An observer can tell such public keys from random bytes: see obfuscated_key.h.
[[nodiscard]] KeyPair make_key_pair(Random& random);

[[nodiscard]] PublicKey public_key_of(const PrivateKey& key);

// The secret that both sides share, or nullopt if the peer's key is of low order, so that the secret would
// be zero whatever our key: an honest peer never sends one. Constant time in our key.
[[nodiscard]] std::optional<SharedSecret> x25519(const PrivateKey& ours, const PublicKey& theirs);

// Makes a multiple of 8 between 2^254 and 2^255 of a scalar (RFC 7748 section 5).
inline void clamp(std::span<std::uint8_t, 32> scalar) {
  scalar[0] &= 0xf8U;
  scalar[31] = static_cast<std::uint8_t>((scalar[31] & 0x7fU) | 0x40U);
}

}  // namespace rozaneh::crypto
