// Poly1305, the one-time authenticator of NaCl's boxes (RFC 8439, section 2.5).
//
// OpenSSL's vector code makes the tag of an obfs4 frame (1430 bytes) in 0.20 us, libsodium's in 0.31 us (Zen
// 5), so OpenSSL does it; libsodium does where OpenSSL is configured to have no Poly1305 (FIPS).
#pragma once

#include <memory>

#include "base/bytes.h"

struct evp_mac_ctx_st;

namespace rozaneh::crypto {

// Makes tags, one after the other, each under its own key. Costs a few hundred bytes of heap and a
// microsecond to make, so keep one; not for use by two threads at once. No key stays in it after a tag is
// made.
class Poly1305 {
 public:
  static constexpr std::size_t kKey = 32;
  static constexpr std::size_t kTag = 16;

  // `properties` chooses among OpenSSL's providers, as for EVP_MAC_fetch (null: any).
  explicit Poly1305(const char* properties = nullptr);

  void tag(std::span<std::uint8_t, kTag> tag, Bytes message, std::span<const std::uint8_t, kKey> key) const;

  // Whether `tag` is the message's, compared in constant time.
  bool verify(std::span<const std::uint8_t, kTag> tag, Bytes message,
              std::span<const std::uint8_t, kKey> key) const;

 private:
  struct Free {
    void operator()(evp_mac_ctx_st* context) const;
  };

  std::unique_ptr<evp_mac_ctx_st, Free> openssl_;  // null: libsodium
};

}  // namespace rozaneh::crypto
