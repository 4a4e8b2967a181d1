// ChaCha20-Poly1305 (RFC 8439 section 2.8) for a stream of messages under one key, in place.
//
// A message of 16 KiB takes OpenSSL's code 3.9 us and libsodium's 11.4, one of 1400 bytes 1.0 and 1.6 (Zen
// 5), so it is OpenSSL's: 0.24 s of CPU for a gigabyte of the larger ones.
#pragma once

#include <memory>

#include "base/secret.h"

struct evp_cipher_ctx_st;

namespace rozaneh::crypto {

// One key, used in one direction: setting a key costs as much as half a kilobyte, so it is done once.
//
// Takes about 1 KB of heap; wiped when it dies. Move-only; not for use by two threads at once.
class Aead {
 public:
  static constexpr std::size_t kKey = 32;
  static constexpr std::size_t kTag = 16;
  static constexpr std::size_t kLongest = std::size_t{1} << 30U;  // of a message or its associated bytes
  enum class Use { seal, open };

  Aead(const Secret<kKey>& key, Use use);

  // Encrypts all but the last kTag bytes and writes the tag there, whatever they were. The nonce is the
  // counter, little endian, behind four zero bytes, as Noise has it (revision 34, section 12.3): never twice
  // with different messages. Fewer than kTag bytes are a bug of the caller and end the program.
  void seal(std::uint64_t counter, Bytes associated, MutableBytes bytes);

  // Decrypts all but the last kTag bytes, which are the tag; whether that is right. If it is not, or if there
  // is none, what was to be decrypted is wiped.
  [[nodiscard]] bool open(std::uint64_t counter, Bytes associated, MutableBytes bytes);

 private:
  struct Free {
    void operator()(evp_cipher_ctx_st* state) const;
  };

  void start(std::uint64_t counter);
  void update(std::uint8_t* out, Bytes in);
  bool finish();

  std::unique_ptr<evp_cipher_ctx_st, Free> state_;
};

}  // namespace rozaneh::crypto
