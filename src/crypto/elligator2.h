// Elligator 2 for Curve25519: public keys as bytes that look random, and back (Bernstein, Hamburg,
// Krasnova and Lange, "Elligator: elliptic-curve points indistinguishable from uniform random strings",
// 2013), with the conventions of obfs4proxy since 0.0.12 and of Monocypher: the non-square is 2, and a
// representative is the root that is at most (p - 1) / 2.
//
// Hiding whole keys takes more than the map: see obfuscated_key.h.
#pragma once

#include <optional>

#include "crypto/x25519.h"

namespace rozaneh::crypto {

// What goes over the wire in place of a public key; every 32 bytes are one.
struct Representative {
  static constexpr std::size_t kSize = 32;

  Representative() = default;
  explicit Representative(std::span<const std::uint8_t, kSize> from) { copy(bytes, from); }
  bool operator==(const Representative&) const = default;

  std::array<std::uint8_t, kSize> bytes{};
};

// The public key that the representative stands for. The top two bits are not read: a root has 254 bits,
// and the sender fills them at random.
[[nodiscard]] PublicKey public_key_of(const Representative& representative);

// A representative of the key, or nullopt, for half of all keys, if it has none. The key has to be a point of
// the curve, as every key is that was made from a private key; for a point of its twist, which a stranger
// could send, the answer means nothing. Of the tweak's random
// bits, bit 0 chooses between the key's two roots, and bits 6 and 7 become the top two bits.
[[nodiscard]] std::optional<Representative> representative_of(const PublicKey& key, std::uint8_t tweak);

}  // namespace rozaneh::crypto
