// How random bytes look: three measures that detectors use.
#pragma once

#include "base/bytes.h"

namespace rozaneh::lab {

// Shannon's entropy of the bytes' values, in bits a byte: 0..8, and never above log2 of the number of bytes.
// 0 for none.
double entropy(Bytes bytes);

// How many bits are set in all bytes together.
std::size_t bits_set(Bytes bytes);

// 0x20..0x7e, the printable characters of ASCII as Wu et al. 2023 count them.
constexpr bool is_printable(std::uint8_t byte) { return byte >= 0x20 && byte <= 0x7e; }

}  // namespace rozaneh::lab
