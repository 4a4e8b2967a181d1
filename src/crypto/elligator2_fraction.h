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

// A u coordinate. A zero denominator, which no key has, counts as u = 0.
struct Fraction {
  field25519::Element numerator, denominator;
};

// What represent() takes the inverse root of, for those who take many at once.
field25519::Element radicand(const Fraction& u);

// Given that root. Whether there is a representative is no secret; all else is constant time.
std::optional<Represented> represent(const Fraction& u, const field25519::InverseRoot& root,
                                     std::uint8_t tweak);

std::optional<Represented> represent(const Fraction& u, std::uint8_t tweak);

}  // namespace rozaneh::crypto
