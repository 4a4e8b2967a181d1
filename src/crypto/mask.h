// Choosing by a secret without a branch.
#pragma once

#include <cstdint>
#include <type_traits>

namespace rozaneh::crypto {

// All ones for yes, all zeros for no, so that a choice is an AND.
using Mask = std::uint64_t;

// Yes for 1, no for 0.
constexpr Mask mask_of(std::uint64_t bit) {
  Mask mask = 0 - bit;
  // Hides from the optimizer that only two values occur; clang 19 does branch on them otherwise.
  if (!std::is_constant_evaluated()) asm("" : "+r"(mask));
  return mask;
}

}  // namespace rozaneh::crypto
