// Elligator 2's inverse map for a u coordinate that is still a fraction, so that making a key needs no
// division. For the files of this folder.
#pragma once

#include <optional>

#include "crypto/elligator2.h"
#include "crypto/field25519_root.h"

namespace rozaneh::crypto {

struct Represented {
  PublicKey public_key;
  Representative representative;
};

// For u = numerator / denominator. Whether there is a representative is no secret; all else is constant
// time. A zero denominator, which no key has, counts as u = 0.
std::optional<Represented> represent(const field25519::Element& numerator,
                                     const field25519::Element& denominator, std::uint8_t tweak);

}  // namespace rozaneh::crypto
