// Multiples of the base point of Curve25519, in constant time.
//
// libsodium has this too, but hands the point out packed: it divides by z, and whoever wants x has to take a
// root, which together cost as much as the multiplication. Here the point stays a fraction.
#pragma once

#include "crypto/edwards25519.h"
#include "crypto/simd25519.h"
#include "crypto/x25519.h"

namespace rozaneh::crypto {

// The clamped key times the base point. The first call computes a table of 30 KiB, in about 0.3 ms; any
// thread may be the first.
[[nodiscard]] edwards25519::Point base_times(const PrivateKey& key);

// The multiples for eight keys, in about the time of one.
[[nodiscard]] std::array<edwards25519::Point, 8> base_times(std::span<const PrivateKey, 8> keys,
                                                            const Simd25519& simd);

}  // namespace rozaneh::crypto
