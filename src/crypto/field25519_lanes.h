// Arithmetic modulo p = 2^255 - 19 in eight lanes at once, with AVX-512 IFMA and in constant time.
//
// A number is five vectors of limbs of 51 bits, least significant first. The CPU multiplies numbers of 52
// bits and adds one half of the product to a sum of 64, so two types tell what may be multiplied:
//
//   Factor    limbs below 2^52; carry() makes them
//   Product   limbs below 2^61 from a multiplication, and below 2^63 after up to three sums or differences
//
// Only for files that are compiled for such CPUs. All is in an unnamed namespace and calls nothing of the
// standard library, so no code for a newer CPU leaks into the rest.
#pragma once

#include <immintrin.h>

#include <cstdint>

#define ROZANEH_INLINE [[gnu::always_inline]] inline

namespace rozaneh::crypto {
namespace {

constexpr int kLimbs = 5;
constexpr std::uint64_t kLimbMask = (std::uint64_t{1} << 51U) - 1;

// NOLINTNEXTLINE(modernize-use-using): g++ wants a typedef
typedef std::uint64_t Vector __attribute__((vector_size(64)));

struct Factor {
  Vector limb[kLimbs];
};

struct Product {
  Vector limb[kLimbs];
};

// sum + the low 52 bits of a b, for a and b below 2^52
ROZANEH_INLINE Vector add_low(Vector sum, Vector a, Vector b) {
  return reinterpret_cast<Vector>(_mm512_madd52lo_epu64(
      reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}

// sum + a b / 2^52
ROZANEH_INLINE Vector add_high(Vector sum, Vector a, Vector b) {
  return reinterpret_cast<Vector>(_mm512_madd52hi_epu64(
      reinterpret_cast<__m512i>(sum), reinterpret_cast<__m512i>(a), reinterpret_cast<__m512i>(b)));
}

// In each lane, that lane of `from` which `index` names; the time does not depend on which.
ROZANEH_INLINE Vector pick(Vector from, Vector index) {
  return reinterpret_cast<Vector>(_mm512_maskz_permutexvar_epi64(0xff, reinterpret_cast<__m512i>(index),
                                                                 reinterpret_cast<__m512i>(from)));
}

// For any limbs of 64 bits; gives limbs below 2^51 + 2^18.
ROZANEH_INLINE Factor carry(const Product& a) {
  Factor out;
  out.limb[0] = add_low(a.limb[0] & kLimbMask, a.limb[4] >> 51U, Vector{} + 19);  // 2^255 is 19
#pragma GCC unroll 4
  for (int i = 1; i < kLimbs; ++i) out.limb[i] = (a.limb[i] & kLimbMask) + (a.limb[i - 1] >> 51U);
  return out;
}

template <class A, class B>
ROZANEH_INLINE Product operator+(const A& a, const B& b) {
  Product out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) out.limb[i] = a.limb[i] + b.limb[i];
  return out;
}

// For a `b` that is no sum. Adds 2^10 p, which keeps every limb positive.
template <class A, class B>
ROZANEH_INLINE Product operator-(const A& a, const B& b) {
  Product out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) {
    out.limb[i] = a.limb[i] + ((i == 0 ? kLimbMask - 18 : kLimbMask) << 10U) - b.limb[i];
  }
  return out;
}

// The halves of all products of limbs, added up by the sum of the limbs' places. At most five add up in a
// place, so a sum is below 2^55.
struct Halves {
  Vector low[2 * kLimbs - 1]{};
  Vector high[2 * kLimbs - 1]{};

  ROZANEH_INLINE void add(int place, Vector a, Vector b) {
    low[place] = add_low(low[place], a, b);
    high[place] = add_high(high[place], a, b);
  }
};

// A place is 51 bits but high halves begin at bit 52, so they count twice in the next place. From 2^255 on,
// all counts 19 times; no limb has more than 267 halves in the end, counted so.
ROZANEH_INLINE Product fold(const Halves& halves) {
  const auto& [low, high] = halves;
  const Vector nine = high[8] + high[8];
  Product out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) {
    const Vector here = i == 0 ? low[0] : low[i] + (high[i - 1] + high[i - 1]);
    const Vector above = i == 4 ? nine : low[i + 5] + (high[i + 4] + high[i + 4]);
    out.limb[i] = here + above * 19;
  }
  return out;
}

ROZANEH_INLINE Product operator*(const Factor& a, const Factor& b) {
  Halves halves;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) {
#pragma GCC unroll 5
    for (int j = 0; j < kLimbs; ++j) halves.add(i + j, a.limb[i], b.limb[j]);
  }
  return fold(halves);
}

ROZANEH_INLINE Product square(const Factor& a) {
  Halves halves;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) {
#pragma GCC unroll 5
    for (int j = i + 1; j < kLimbs; ++j) halves.add(i + j, a.limb[i], a.limb[j]);
  }
#pragma GCC unroll 9
  for (int place = 0; place < 2 * kLimbs - 1; ++place) {
    halves.low[place] += halves.low[place];
    halves.high[place] += halves.high[place];
  }
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) halves.add(2 * i, a.limb[i], a.limb[i]);
  return fold(halves);
}

// x^(2^times)
inline Factor square(Factor x, int times) {
  for (int i = 0; i < times; ++i) x = carry(square(x));
  return x;
}

// As in field25519_root.h.
inline Factor power_252_3(const Factor& x) {
  const Factor ones2 = carry(square(x, 1) * x);
  const Factor ones4 = carry(square(ones2, 2) * ones2);
  const Factor ones5 = carry(square(ones4, 1) * x);
  const Factor ones10 = carry(square(ones5, 5) * ones5);
  const Factor ones20 = carry(square(ones10, 10) * ones10);
  const Factor ones40 = carry(square(ones20, 20) * ones20);
  const Factor ones50 = carry(square(ones40, 10) * ones10);
  const Factor ones100 = carry(square(ones50, 50) * ones50);
  const Factor ones200 = carry(square(ones100, 100) * ones100);
  const Factor ones250 = carry(square(ones200, 50) * ones50);
  return carry(square(ones250, 2) * x);
}

}  // namespace
}  // namespace rozaneh::crypto

#undef ROZANEH_INLINE
