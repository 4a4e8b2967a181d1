// A CPU's state that OpenSSL 3.0 leaves behind. For the files of this folder.
#pragma once

namespace rozaneh::crypto {

// To be called after OpenSSL's Poly1305: its AVX-512 code leaves the upper halves of the vector registers in
// use. Until they are cleared, every SSE instruction of the program depends on them: Salsa20 in SSE2 ran at a
// quarter of its speed.
#if defined(__x86_64__)
[[gnu::target("avx")]] inline void clear_upper_halves() { __builtin_ia32_vzeroupper(); }
inline void release_vectors() {
  if (__builtin_cpu_supports("avx512f")) clear_upper_halves();
}
#else
inline void release_vectors() {}
#endif

}  // namespace rozaneh::crypto
