// Two shared secrets at once, as a handshake with an identity key beside an ephemeral one needs them.
#pragma once

#include "crypto/simd25519.h"
#include "crypto/x25519.h"

namespace rozaneh::crypto {

// What x25519() is given; borrowed.
struct Exchange {
  const PrivateKey& ours;
  const PublicKey& theirs;
};

// The secrets that x25519() gives for either, or nullopt if it has none for one of them. Where the CPU has
// SIMD code for it, both together cost half of one.
[[nodiscard]] std::optional<std::array<SharedSecret, 2>> x25519_pair(const Exchange& first,
                                                                     const Exchange& second,
                                                                     const Simd25519* simd = simd25519());

}  // namespace rozaneh::crypto
