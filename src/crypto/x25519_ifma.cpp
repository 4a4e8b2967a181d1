// The Montgomery ladder of RFC 7748 section 5, four lanes for each of two scalars.
//
// A step's ten multiplications take three rounds of four lanes. Between steps the lanes hold z2, x2, x3, z3.
#include "crypto/field25519_lanes.h"
#include "crypto/simd25519.h"

#define ROZANEH_INLINE [[gnu::always_inline]] inline

namespace rozaneh::crypto {
namespace {

constexpr std::uint64_t kA24 = 121665;

// Lanes A..D of both ladders; lanes 8..11 are those of `b`.
template <int A, int B, int C, int D, class Number>
ROZANEH_INLINE Number lanes(const Number& a, const Number& b) {
  Number out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) {
    out.limb[i] = __builtin_shufflevector(a.limb[i], b.limb[i], A, B, C, D, A + 4, B + 4, C + 4, D + 4);
  }
  return out;
}

template <int A, int B, int C, int D, class Number>
ROZANEH_INLINE Number lanes(const Number& a) {
  return lanes<A, B, C, D>(a, a);
}

ROZANEH_INLINE Product pick(const Product& from, Vector index) {
  Product out;
#pragma GCC unroll 5
  for (int i = 0; i < kLimbs; ++i) out.limb[i] = pick(from.limb[i], index);
  return out;
}

// One bit of the scalars. x2 and x3, and z2 and z3, change places first where `flip` is 3 and not 0.
ROZANEH_INLINE Product step(const Product& state, Vector flip, const Factor& x1) {
  const Product x = pick(state, Vector{1, 1, 2, 2, 5, 5, 6, 6} ^ flip);
  const Product z = pick(state, Vector{0, 0, 3, 3, 4, 4, 7, 7} ^ flip);
  const Factor abdc = carry(lanes<0, 9, 10, 3>(x + z, x - z));  // A, B, D, C
  const Product first = abdc * lanes<0, 1, 0, 1>(abdc);         // AA, BB, DA, CB

  const Product u = lanes<0, 0, 2, 2>(first);
  const Product w = lanes<1, 1, 3, 3>(first);
  const Factor e = carry(lanes<0, 9, 10, 3>(u - w, lanes<0, 1, 10, 3>(w, u + w)));  // E, BB, DA + CB, DA - CB
  const Factor small{.limb = {{kA24, 0, 0, 0, kA24, 0, 0, 0}}};
  const Product second = e * lanes<0, 1, 10, 11>(small, e);  // a24 E, 0, (DA + CB)^2, (DA - CB)^2

  const Factor f = carry(second + lanes<0, 1, 10, 11>(u, Product{}));  // AA + a24 E, AA, and as before
  return f * lanes<0, 1, 10, 11>(e, x1);
}

// 1 / x, and 0 of 0.
ROZANEH_INLINE Factor inverse(const Factor& x) {
  return carry(square(power_252_3(x), 3) * carry(square(x, 1) * x));
}

}  // namespace

void climb_ifma(Ladders& ladders) {
  const auto& u = ladders.u;
  Factor x1;
  Product state;
  for (int i = 0; i < kLimbs; ++i) {
    const std::uint64_t one = i == 0 ? 1 : 0;
    x1.limb[i] = Vector{0, 0, one, u[0][i], 0, 0, one, u[1][i]};
    state.limb[i] = Vector{0, one, u[0][i], one, 0, one, u[1][i], one};
  }
  Vector swapped{};
  for (int i = 254; i >= 0; --i) {
    Vector words;
    __builtin_memcpy(&words, ladders.scalar[i / 64], sizeof words);
    const Vector bit = words >> (i % 64) & 1;
    state = step(state, (bit ^ swapped) * 3, x1);
    swapped = bit;
  }
  // A clamped scalar ends in 0, so nothing is left to be swapped.
  const Factor end = carry(state);
  const Factor quotient = carry(end * lanes<0, 0, 0, 0>(inverse(end)));
  for (int i = 0; i < kLimbs; ++i) {
    ladders.u[0][i] = quotient.limb[i][1];
    ladders.u[1][i] = quotient.limb[i][5];
  }
}

}  // namespace rozaneh::crypto
