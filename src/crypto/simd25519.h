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

// Eight numbers, number j in column j of every limb.
struct Columns25519 {
  std::uint64_t limb[5][8];
};

// Eight addends of edwards25519.h side by side.
struct BaseRow {
  Columns25519 sum, difference, product;
};

// Row i, column j: (j + 1) 256^i times the base point of Curve25519. All limbs are below 2^51.
struct BaseTable {
  BaseRow row[32];
};

// Eight multiples of the base point.
struct BaseMultiples {
  std::int8_t digit[64][8];  // of eight scalars: from -8 to 8, to the base of 16
  Columns25519 x, y, z, t;   // of the points, as in edwards25519.h
};

// One implementation, in constant time.
struct Simd25519 {
  void (*climb)(Ladders& ladders);
  void (*multiply_base)(const BaseTable& table, BaseMultiples& multiples);
  void (*power_252_3)(Columns25519& numbers);  // as in field25519_root.h
};

// That of this CPU, or null if it has none.
const Simd25519* simd25519();

// For CPUs with AVX-512 IFMA; ask simd25519() first.
void climb_ifma(Ladders& ladders);
void multiply_base_ifma(const BaseTable& table, BaseMultiples& multiples);
void power_252_3_ifma(Columns25519& numbers);

}  // namespace rozaneh::crypto
