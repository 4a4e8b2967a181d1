// What protects the records of TLS 1.3: its cipher suites (RFC 8446 appendix B.4) and the keys that follow
// from a traffic secret (section 7).
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "base/secret.h"

struct evp_cipher_ctx_st;

namespace rozaneh::crypto {

enum class Tls13Suite : std::uint16_t {
  aes128_gcm_sha256 = 0x1301,
  aes256_gcm_sha384 = 0x1302,
  chacha20_poly1305_sha256 = 0x1303,
};

// The suite of that number, or nothing where we do not have it.
std::optional<Tls13Suite> tls13_suite(std::uint16_t number);

// Bytes of a traffic secret: what the suite's hash gives.
std::size_t secret_size(Tls13Suite suite);
std::size_t key_size(Tls13Suite suite);

// HKDF-Expand-Label (section 7.1); `out` is at most as long as the hash, and `context` as 255 bytes.
void expand_label(Tls13Suite suite, Bytes secret, std::string_view label, MutableBytes out,
                  Bytes context = {});

// HMAC with the suite's hash; `key` is at most as long as the hash's blocks (64 bytes; SHA-384 has 128), and
// `out` as long as the hash.
void tls13_hmac(Tls13Suite suite, Bytes key, Bytes text, MutableBytes out);

// One direction's cipher. Takes about 1 KB of heap; wiped when it dies. Move-only.
class Tls13Aead {
 public:
  static constexpr std::size_t kNonce = 12;
  static constexpr std::size_t kTag = 16;
  using Nonce = std::span<const std::uint8_t, kNonce>;
  enum class Use { seal, open };

  // `key` is key_size(suite) long.
  Tls13Aead(Tls13Suite suite, Bytes key, Use use);

  // Encrypts `text` and what follows it, `end`, one after the other, to `out`, which is by kTag longer than
  // both and may begin where `text` does, but not otherwise overlap it.
  void seal(Nonce nonce, Bytes associated, Bytes text, Bytes end, MutableBytes out);

  // Decrypts in place all but the last kTag bytes, which are the tag; whether that is right. If it is not,
  // nobody may read what is there then.
  [[nodiscard]] bool open(Nonce nonce, Bytes associated, MutableBytes sealed);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* state) const;
  };
  std::unique_ptr<evp_cipher_ctx_st, Free> state_;
};

}  // namespace rozaneh::crypto
