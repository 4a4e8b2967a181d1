// AES as the older transports use it: counter mode for their streams, CBC for ScrambleSuit's tickets; and
// GCM, for QUIC's first packets.
#pragma once

#include <array>
#include <memory>

#include "base/bytes.h"

struct evp_cipher_ctx_st;

namespace rozaneh::crypto {

// AES-CTR (NIST SP 800-38A section 6.5): one direction of a stream. Encrypting and decrypting are the
// same. The counter is the whole 16-byte block, big endian.
//
// Takes about 660 bytes of heap. Move-only; wiped when it dies.
class AesCtr {
 public:
  static constexpr std::size_t kBlock = 16;

  // A key of 16 bytes is AES-128, one of 32 bytes AES-256; any other length is a bug and ends the program.
  AesCtr(Bytes key, std::span<const std::uint8_t, kBlock> first_counter);

  // XORs the next bytes of the keystream onto `bytes`; calls of any length go on where the last ended.
  void apply(MutableBytes bytes);

  // Leaves out the next `count` bytes of the keystream, for data that nobody reads.
  void skip(std::size_t count);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* state) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> state_;
};

// AES-128-CBC without padding (SP 800-38A section 6.2), in place; `blocks` is a multiple of 16 long.
void encrypt_aes128_cbc(std::span<const std::uint8_t, 16> key, std::span<const std::uint8_t, 16> iv,
                        MutableBytes blocks);
void decrypt_aes128_cbc(std::span<const std::uint8_t, 16> key, std::span<const std::uint8_t, 16> iv,
                        MutableBytes blocks);

// AES-128-GCM with a nonce of 12 bytes (SP 800-38D section 7), in place: a text of at most 2^30 bytes, whose
// tag stands apart, and bytes that are authenticated with it but not encrypted.
using GcmKey = std::span<const std::uint8_t, 16>;
using GcmNonce = std::span<const std::uint8_t, 12>;
using GcmTag = std::array<std::uint8_t, 16>;

[[nodiscard]] GcmTag seal_aes128_gcm(GcmKey key, GcmNonce nonce, Bytes associated, MutableBytes text);

// Whether the tag is right; if it is not, nobody may read what `text` holds then.
[[nodiscard]] bool open_aes128_gcm(GcmKey key, GcmNonce nonce, Bytes associated, MutableBytes text,
                                   const GcmTag& tag);

}  // namespace rozaneh::crypto
