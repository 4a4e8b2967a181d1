// Numbers modulo 2^255 - 19 into the columns of SIMD code and out of them.
#pragma once

#include "crypto/field25519_root.h"
#include "crypto/simd25519.h"

namespace rozaneh::crypto {

// For a number whose limbs are below 2^52, such as a product.
inline void set(Columns25519& columns, std::size_t j, const field25519::Element& to) {
  for (std::size_t i = 0; i < 5; ++i) columns.limb[i][j] = to.limb[i];
}

inline field25519::Element get(const Columns25519& columns, std::size_t j) {
  field25519::Element out;
  for (std::size_t i = 0; i < 5; ++i) out.limb[i] = columns.limb[i][j];
  return out;
}

// inverse_root() of each of eight products.
inline std::array<field25519::InverseRoot, 8> inverse_roots(std::span<const field25519::Element, 8> numbers,
                                                            const Simd25519& simd) {
  Columns25519 powers;
  for (std::size_t j = 0; j < 8; ++j) set(powers, j, numbers[j]);
  simd.power_252_3(powers);
  std::array<field25519::InverseRoot, 8> out;
  for (std::size_t j = 0; j < 8; ++j) out[j] = inverse_root(numbers[j], get(powers, j));
  return out;
}

}  // namespace rozaneh::crypto
