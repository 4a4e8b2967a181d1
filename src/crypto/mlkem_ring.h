// The arithmetic under ML-KEM (FIPS 203): polynomials of 256 coefficients modulo 3329. Nothing branches or
// indexes by a coefficient, so that secret ones may be computed with.
#pragma once

#include <array>

#include "base/bytes.h"

namespace rozaneh::crypto {

inline constexpr std::uint16_t kMlkemPrime = 3329;

// Coefficients below 3329, of a polynomial or of its number-theoretic transform (section 4.3).
struct Polynomial {
  std::array<std::uint16_t, 256> at{};

  Polynomial& operator+=(const Polynomial& other);
  Polynomial& operator-=(const Polynomial& other);
};

void to_ntt(Polynomial& polynomial);    // Algorithm 9
void from_ntt(Polynomial& polynomial);  // Algorithm 10

// Adds the product of two transforms to `sum` (Algorithms 11 and 12).
void add_product(Polynomial& sum, const Polynomial& left, const Polynomial& right);

// Of `bits` bits each, packed from the low end on (Algorithms 5 and 6); the polynomial takes 32 * bits bytes.
void pack(const Polynomial& polynomial, unsigned bits, MutableBytes out);
Polynomial unpack(Bytes packed, unsigned bits);

// Rounds coefficients to that many bits, and back (section 4.2.1).
Polynomial compress(const Polynomial& polynomial, unsigned bits);
Polynomial decompress(const Polynomial& polynomial, unsigned bits);

// The small polynomial of 128 random bytes (Algorithm 8 with eta = 2).
Polynomial small_polynomial(std::span<const std::uint8_t, 128> random);

}  // namespace rozaneh::crypto
