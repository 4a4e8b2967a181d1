// What is computed modulo 2^255 - 19 in eight SIMD lanes at once, on CPUs that can. Internal to crypto.
//
// This header is included by files that are compiled for newer CPUs than the program needs, so it names no
// inline function, which the linker could keep for all. Limbs are those of field25519.h, below 2^52.
#pragma once

#include <cstdint>

namespace rozaneh::crypto {

// Two scalar multiplications of X25519.
struct Ladders {
  // Clamped; words, least significant first, each of the first scalar four times and then of the second.
  std::uint64_t scalar[4][8];
  std::uint64_t u[2][5];  // of the points, and in their place of the products; 0 for infinity
};

// One implementation, in constant time.
struct Simd25519 {
  void (*climb)(Ladders& ladders);
};

// That of this CPU, or null if it has none.
const Simd25519* simd25519();

// For CPUs with AVX-512 IFMA; ask simd25519() first.
void climb_ifma(Ladders& ladders);

}  // namespace rozaneh::crypto
