#include "crypto/poly1305.h"

#include <sodium.h>

#include <array>

#include "crypto/openssl.h"
#include "crypto/sodium.h"
#include "crypto/vector_registers.h"

namespace rozaneh::crypto {
void Poly1305::Free::operator()(evp_mac_ctx_st* context) const { EVP_MAC_CTX_free(context); }

Poly1305::Poly1305(const char* properties) {
  EVP_MAC* mac = EVP_MAC_fetch(nullptr, "POLY1305", properties);
  if (mac == nullptr) {
    start_sodium();
    return;
  }
  openssl_.reset(must_have(EVP_MAC_CTX_new(mac)));
  EVP_MAC_free(mac);  // the context holds it
}

void Poly1305::tag(std::span<std::uint8_t, kTag> tag, Bytes message,
                   std::span<const std::uint8_t, kKey> key) const {
  if (!openssl_) {
    crypto_onetimeauth(tag.data(), message.data(), message.size(), key.data());
    return;
  }
  std::size_t length = 0;
  must(EVP_MAC_init(openssl_.get(), key.data(), key.size(), nullptr));
  must(EVP_MAC_update(openssl_.get(), message.data(), message.size()));
  must(EVP_MAC_final(openssl_.get(), tag.data(), &length, tag.size()));
  release_vectors();
}

bool Poly1305::verify(std::span<const std::uint8_t, kTag> tag, Bytes message,
                      std::span<const std::uint8_t, kKey> key) const {
  std::array<std::uint8_t, kTag> expected;
  this->tag(expected, message, key);
  return crypto_verify_16(expected.data(), tag.data()) == 0;
}

}  // namespace rozaneh::crypto
