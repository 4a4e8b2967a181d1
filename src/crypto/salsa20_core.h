// Salsa20 over vectors of N words, written once with the vector extensions of clang and g++.
//
// Included by one file for each N, which is compiled for the CPU with vectors of N words. All is in an
// unnamed namespace and calls nothing of the standard library, so no code for a newer CPU leaks into the
// rest.
#pragma once

#include <bit>
#include <utility>

#include "crypto/salsa20_lanes.h"

static_assert(std::endian::native == std::endian::little,
              "words are loaded and stored as they lie in memory");

#define ROZANEH_INLINE [[gnu::always_inline]] inline

namespace rozaneh::crypto {
namespace {

using Word = std::uint32_t;
template <int N>
struct Vector {
  typedef Word type __attribute__((vector_size(4 * N)));  // NOLINT(modernize-use-using): g++ wants a typedef
};
template <int N>
using Words = typename Vector<N>::type;

template <int K, class W>
ROZANEH_INLINE W rotate(W x) {
  return (x << K) | (x >> (32 - K));
}

template <class W>
ROZANEH_INLINE void quarter_round(W& a, W& b, W& c, W& d) {
  b ^= rotate<7>(a + d);
  c ^= rotate<9>(b + a);
  d ^= rotate<13>(c + b);
  a ^= rotate<18>(d + c);
}

template <class W>
ROZANEH_INLINE void double_round(W (&x)[16]) {
  quarter_round(x[0], x[4], x[8], x[12]);
  quarter_round(x[5], x[9], x[13], x[1]);
  quarter_round(x[10], x[14], x[2], x[6]);
  quarter_round(x[15], x[3], x[7], x[11]);
  quarter_round(x[0], x[1], x[2], x[3]);
  quarter_round(x[5], x[6], x[7], x[4]);
  quarter_round(x[10], x[11], x[8], x[9]);
  quarter_round(x[15], x[12], x[13], x[14]);
}

// Section 2 of the paper: the constants on the diagonal, the key's halves, the nonce, the block number.
template <int N>
ROZANEH_INLINE void load_state(Words<N> (&x)[16], const std::uint8_t* key, const SalsaLanes& lanes,
                               std::size_t at) {
  Word k[8];
  __builtin_memcpy(k, key, sizeof k);
  const Words<N> zero{};
  x[0] = zero + 0x61707865U, x[5] = zero + 0x3320646eU, x[10] = zero + 0x79622d32U,
  x[15] = zero + 0x6b206574U;
  for (int i = 0; i < 4; ++i) x[1 + i] = zero + k[i], x[11 + i] = zero + k[4 + i];
  __builtin_memcpy(&x[6], lanes.nonce_low + at, sizeof x[6]);
  __builtin_memcpy(&x[7], lanes.nonce_high + at, sizeof x[7]);
  __builtin_memcpy(&x[8], lanes.block + at, sizeof x[8]);
  x[9] = zero;
}

// Exchanges, in each square of 2D x 2D words, the block right above with the one left below.
template <int D, int N, int... I>
ROZANEH_INLINE void swap_corners(Words<N>& a, Words<N>& b, std::integer_sequence<int, I...>) {
  const Words<N> upper = __builtin_shufflevector(a, b, ((I & D) != 0 ? N + I - D : I)...);
  b = __builtin_shufflevector(a, b, ((I & D) != 0 ? N + I : I + D)...);
  a = upper;
}

// Turns N rows, word i of every lane, into N rows of one lane's N words each.
template <int N, int D = 1>
ROZANEH_INLINE void transpose(Words<N>* rows) {
  if constexpr (D < N) {
#pragma GCC unroll 16
    for (int i = 0; i < N; ++i) {
      if ((i & D) == 0) swap_corners<D, N>(rows[i], rows[i + D], std::make_integer_sequence<int, N>{});
    }
    transpose<N, 2 * D>(rows);
  }
}

template <class W>
ROZANEH_INLINE void xor_onto(std::uint8_t* bytes, const W& words) {
  W text;
  __builtin_memcpy(&text, bytes, sizeof text);
  text ^= words;
  __builtin_memcpy(bytes, &text, sizeof text);
}

// Adds the first state to the last (`x`), which gives the blocks, and XORs them onto lanes at..at+N-1.
template <int N>
ROZANEH_INLINE void put_blocks(Words<N> (&x)[16], const std::uint8_t* key, const SalsaLanes& lanes,
                               std::size_t at) {
  Words<N> start[16];
  load_state<N>(start, key, lanes, at);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) x[i] += start[i];
#pragma GCC unroll 4
  for (std::size_t word = 0; word < 16; word += N) {
    transpose<N>(x + word);
#pragma GCC unroll 16
    for (std::size_t lane = 0; lane < N; ++lane) {
      xor_onto(lanes.bytes[at + lane] + 4 * word, x[word + lane]);
    }
  }
}

// The blocks of G vectors of N lanes. Two side by side are a fifth to a third faster than one after the
// other (Zen 5), because the rounds of one are a chain of operations that wait for each other.
template <int N, std::size_t G>
ROZANEH_INLINE void xor_groups(const std::uint8_t* key, const SalsaLanes& lanes) {
  Words<N> x[G][16];
#pragma GCC unroll 2
  for (std::size_t g = 0; g < G; ++g) load_state<N>(x[g], key, lanes, g * N);
  for (int round = 0; round < 20; round += 2) {
#pragma GCC unroll 2
    for (std::size_t g = 0; g < G; ++g) double_round(x[g]);
  }
#pragma GCC unroll 2
  for (std::size_t g = 0; g < G; ++g) put_blocks<N>(x[g], key, lanes, g * N);
}

template <int N>
ROZANEH_INLINE void xor_blocks(const std::uint8_t* key, const SalsaLanes& lanes, std::size_t count) {
  if (count > N) {
    xor_groups<N, 2>(key, lanes);
  } else {
    xor_groups<N, 1>(key, lanes);
  }
}

}  // namespace
}  // namespace rozaneh::crypto

#undef ROZANEH_INLINE
