#include "crypto/aead.h"

#include <array>

#include "crypto/openssl.h"
#include "crypto/vector_registers.h"

namespace rozaneh::crypto {
namespace {

// Looked up once, see hash.cpp.
const EVP_CIPHER* cipher() {
  static const EVP_CIPHER* const found = must_have(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr));
  return found;
}

std::array<std::uint8_t, 12> nonce_of(std::uint64_t counter) {
  std::array<std::uint8_t, 12> nonce{};
  for (std::size_t i = 4; i < nonce.size(); ++i, counter >>= 8U)
    nonce[i] = static_cast<std::uint8_t>(counter);
  return nonce;
}

}  // namespace

void Aead::Free::operator()(evp_cipher_ctx_st* state) const { EVP_CIPHER_CTX_free(state); }

Aead::Aead(const Secret<kKey>& key, Use use) : state_(must_have(EVP_CIPHER_CTX_new())) {
  must(EVP_CipherInit_ex2(state_.get(), cipher(), key.bytes().data(), nullptr, use == Use::seal ? 1 : 0,
                          nullptr));
}

void Aead::start(std::uint64_t counter) {
  must(EVP_CipherInit_ex2(state_.get(), nullptr, nullptr, nonce_of(counter).data(), -1, nullptr));
}

// Without `out`, `in` is authenticated only. OpenSSL would read nothing at all as the end.
void Aead::update(std::uint8_t* out, Bytes in) {
  int done = 0;
  if (!in.empty()) must(EVP_CipherUpdate(state_.get(), out, &done, in.data(), static_cast<int>(in.size())));
}

bool Aead::finish() {
  std::array<std::uint8_t, kTag> nothing;
  int done = 0;
  const bool good = EVP_CipherFinal_ex(state_.get(), nothing.data(), &done) == 1;
  release_vectors();
  return good;
}

void Aead::seal(std::uint64_t counter, Bytes associated, MutableBytes bytes) {
  must(bytes.size() >= kTag && bytes.size() <= kLongest && associated.size() <= kLongest ? 1 : 0);
  const MutableBytes text = bytes.first(bytes.size() - kTag);
  start(counter);
  update(nullptr, associated);
  update(text.data(), text);
  must(finish() ? 1 : 0);
  must(EVP_CIPHER_CTX_ctrl(state_.get(), EVP_CTRL_AEAD_GET_TAG, kTag, bytes.last(kTag).data()));
}

bool Aead::open(std::uint64_t counter, Bytes associated, MutableBytes bytes) {
  if (bytes.size() < kTag || bytes.size() > kLongest || associated.size() > kLongest) {
    wipe(bytes);
    return false;
  }
  const MutableBytes text = bytes.first(bytes.size() - kTag);
  start(counter);
  must(EVP_CIPHER_CTX_ctrl(state_.get(), EVP_CTRL_AEAD_SET_TAG, kTag, bytes.last(kTag).data()));
  update(nullptr, associated);
  update(text.data(), text);
  if (finish()) return true;
  wipe(text);
  return false;
}

}  // namespace rozaneh::crypto
