// NaCl's secretbox (XSalsa20-Poly1305) for a stream of boxes under one key, as obfs4's frames are.
//
// All nonces (24 bytes) share their first 16 bytes, so XSalsa20's inner key is the same for all of them and
// is derived once. What is left of the nonce is a counter, 8 bytes big endian. A batch of boxes is cheaper
// than one after the other: their blocks are made side by side in SIMD lanes. Bytes on the wire are those of
// libsodium's crypto_secretbox_easy.
#pragma once

#include "base/secret.h"
#include "crypto/salsa20.h"

namespace rozaneh::crypto {

// One box in place: tag (16 bytes), then text. Tested to 65535 bytes of text; the cipher ends at 2^38.
struct Box {
  std::uint64_t counter;  // never twice under one key and prefix with different texts
  MutableBytes bytes;     // borrowed for the call; boxes of a batch do not overlap
};

// 40 bytes, nothing on the heap; wipes its key. Batches use 6 KiB of stack, from which keystream and one-time
// keys are wiped before the call returns, so that a finished frame cannot be decrypted from stale stack.
// Registers, and what the compiler spills of them, are not wiped. Different threads may use one at once.
class SecretBox {
 public:
  static constexpr std::size_t kOverhead = 16;

  // The Salsa20 implementation is for tests and benchmarks to choose.
  SecretBox(std::span<const std::uint8_t, 32> key, std::span<const std::uint8_t, 16> nonce_prefix,
            const Salsa20& salsa = fastest_salsa20());

  // Writes tag and ciphertext over the first 16 bytes, whatever they are, and the text that follows them.
  // A box shorter than kOverhead is a bug of the caller and aborts.
  void seal(std::span<const Box> boxes) const;

  // Decrypts in order and stops at the first forged box (also: one shorter than kOverhead); that and the ones
  // after it are left untouched. Answers how many were good. A tag stays where it was.
  std::size_t open(std::span<const Box> boxes) const;

 private:
  Secret<32> subkey_;
  const Salsa20* salsa_;
};

}  // namespace rozaneh::crypto
