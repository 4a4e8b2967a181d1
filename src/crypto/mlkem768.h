// ML-KEM-768 (FIPS 203), the post-quantum half of what browsers agree on keys with. OpenSSL has it from 3.5
// on.
#pragma once

#include <array>
#include <optional>

#include "base/secret.h"

namespace rozaneh::crypto {

// A private key, as the 64 random bytes that all of it follows from (d and z, in this order).
using MlkemSeed = Secret<64>;
using MlkemPublicKey = std::array<std::uint8_t, 1184>;
using MlkemCiphertext = std::array<std::uint8_t, 1088>;

// Section 6.1: the public key of a private one.
[[nodiscard]] MlkemPublicKey mlkem768_public_key(const MlkemSeed& seed);

struct MlkemEncapsulated {
  MlkemCiphertext ciphertext{};
  Secret<32> shared;
};

// Section 6.2, with 32 random bytes that nobody else has; nullopt if that is no key (section 7.2).
[[nodiscard]] std::optional<MlkemEncapsulated> mlkem768_encapsulate(const MlkemPublicKey& key,
                                                                    const Secret<32>& random);

// Section 6.3: what both sides share. A ciphertext that is wrong gives a secret that nobody else has, in the
// same time: the caller sees the difference when what follows does not fit.
[[nodiscard]] Secret<32> mlkem768_decapsulate(const MlkemSeed& seed, const MlkemCiphertext& ciphertext);

}  // namespace rozaneh::crypto
