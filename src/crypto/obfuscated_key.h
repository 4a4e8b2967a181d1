// Key pairs whose public half can go over the wire as 32 bytes that nobody can tell from random ones.
//
// Elligator 2 hides a point only if every point of the curve may occur. X25519's public keys all lie in one
// eighth of the curve, which an observer sees after a few handshakes; obfs4proxy up to 0.0.13 is betrayed
// by that. So a point of low order, chosen by the private key's three lowest bits, is added to the public
// key. It changes no shared secret, since the scalars of X25519 are multiples of eight. Which point belongs
// to which bits is as in obfs4proxy 0.0.14 and Monocypher's crypto_x25519_dirty_fast.
#pragma once

#include <vector>

#include "crypto/elligator2.h"
#include "crypto/simd25519.h"

namespace rozaneh::crypto {

struct ObfuscatedKeyPair {
  PrivateKey private_key;         // not clamped: its lowest bits belong to the public key
  PublicKey public_key;           // what the representative decodes to; this goes into transcripts
  Representative representative;  // what goes over the wire
};

// A pair from fresh randomness: SHA-512 of 32 random bytes is the private key (its first half) and the
// tweak (its last byte). Half of all keys have no representative, so this takes one try or several; make
// the pair before anybody can measure how long it takes.
//
// Every try draws anew. To go on to a neighbour instead, by adding a known point, would be cheaper but would
// betray us: a key would come up once for itself and once for every key before it that has no
// representative, so the neighbour on that side would be missing for 3 keys in 4 instead of 1 in 2, and an
// observer, who can compute neighbours too, sees that in some dozens of handshakes.
[[nodiscard]] ObfuscatedKeyPair make_obfuscated_key_pair(Random& random);

// One pair or several, each made like that one; never none. With SIMD code eight tries are made at once,
// which cost less than two: half of them give a pair.
[[nodiscard]] std::vector<ObfuscatedKeyPair> make_obfuscated_key_pairs(Random& random,
                                                                       const Simd25519* simd = simd25519());

// The pair of one private key, or nullopt if it has no representative. For the tweak see
// representative_of.
[[nodiscard]] std::optional<ObfuscatedKeyPair> obfuscated_key_pair(const PrivateKey& key, std::uint8_t tweak);

// The same of eight private keys.
[[nodiscard]] std::array<std::optional<ObfuscatedKeyPair>, 8> obfuscated_key_pairs(
    std::span<const PrivateKey, 8> keys, std::span<const std::uint8_t, 8> tweaks, const Simd25519& simd);

}  // namespace rozaneh::crypto
