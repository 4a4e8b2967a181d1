// What a Salsa20 implementation is given. This header is included by files that are compiled for newer
// CPUs than the program needs, so it names no inline function, which the linker could keep for all.
#pragma once

#include <cstddef>
#include <cstdint>

namespace rozaneh::crypto {

// The blocks to make in one call, one a lane. Every entry has to be filled: implementations work on whole
// vectors, so a lane without work needs a spare destination.
struct SalsaLanes {
  static constexpr std::size_t kMost = 32;
  static constexpr std::size_t kBlock = 64;

  std::uint32_t nonce_low[kMost];   // bytes 0..3 of the nonce, little endian
  std::uint32_t nonce_high[kMost];  // bytes 4..7
  std::uint32_t block[kMost];       // counts the 64-byte blocks of a message, from 0
  std::uint8_t* bytes[kMost];       // 64 bytes, onto which the block is XORed
};

// XORs the blocks of lanes 0..count-1, and maybe of some after them, onto their bytes; `key` is 32 bytes.
using XorBlocks = void(const std::uint8_t* key, const SalsaLanes& lanes, std::size_t count);

// Each is compiled for the CPU that its name says; ask salsa20_implementations() first.
XorBlocks salsa20_vector4;
XorBlocks salsa20_avx2;
XorBlocks salsa20_avx512;

}  // namespace rozaneh::crypto
