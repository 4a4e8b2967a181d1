// UniformDH: Diffie-Hellman whose public keys are 192 bytes that look random (obfs3 protocol specification,
// section 2; also ScrambleSuit). The group is RFC 3526's group 5, of 1536 bits, with generator 2; all numbers
// are 192 bytes, big endian, with leading zeros.
//
// A public key is X = 2^x or p - X, chosen by a coin. As x is even, both give the same secret and X alone
// would be a square, which an observer could tell.
#pragma once

#include <optional>

#include "base/random.h"
#include "base/secret.h"

namespace rozaneh::crypto {

class UniformDh {
 public:
  static constexpr std::size_t kSize = 192;
  using PublicKey = std::array<std::uint8_t, kSize>;

  // The pair of a private key. Its lowest bit is the coin, 1 for p - X, and counts as zero in x; this is how
  // obfs4proxy reads it. The exponentiation, here and below, takes about 0.6 ms and is constant time.
  explicit UniformDh(const Secret<kSize>& private_key);

  // A pair from fresh randomness.
  static UniformDh make(Random& random);

  [[nodiscard]] const PublicKey& public_key() const { return public_key_; }

  // The secret that both sides share. nullopt if it is 0 or 1, as it is for the peer's keys 0, 1 and p - 1
  // whatever our key: an honest peer never sends one.
  [[nodiscard]] std::optional<Secret<kSize>> shared_secret(
      std::span<const std::uint8_t, kSize> their_public_key) const;

 private:
  Secret<kSize> exponent_;
  PublicKey public_key_;
};

}  // namespace rozaneh::crypto
