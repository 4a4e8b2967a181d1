// Salsa20/20 blocks in SIMD lanes: many 64-byte blocks of one key at once, each lane with its own nonce,
// block number and destination, so that blocks of different messages fill one vector.
//
// The cipher: D. J. Bernstein, "The Salsa20 family of stream ciphers" (2007). Internal to crypto; SecretBox
// is what others use.
#pragma once

#include <span>

#include "crypto/salsa20_lanes.h"

namespace rozaneh::crypto {

// One implementation, for a vector width of some instruction set.
struct Salsa20 {
  const char* name;   // "avx2"
  std::size_t lanes;  // the most blocks that one call makes: two vectors
  XorBlocks* xor_blocks;
};

// Those that this CPU can run, slowest first; never empty. The first is plain vector code of 4 words, which
// becomes SSE2 on x86-64 and NEON on arm64.
std::span<const Salsa20> salsa20_implementations();

// The last of them.
const Salsa20& fastest_salsa20();

}  // namespace rozaneh::crypto
