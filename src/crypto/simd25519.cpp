#include "crypto/simd25519.h"

namespace rozaneh::crypto {

#if defined(__x86_64__)
const Simd25519* simd25519() {
  static constexpr Simd25519 kIfma{
      .climb = climb_ifma, .multiply_base = multiply_base_ifma, .power_252_3 = power_252_3_ifma};
  static const bool supported = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                                __builtin_cpu_supports("avx512ifma");
  return supported ? &kIfma : nullptr;
}
#else
const Simd25519* simd25519() { return nullptr; }
#endif

}  // namespace rozaneh::crypto
