#include "crypto/tls13.h"

#include <array>
#include <cassert>

#include "crypto/hash.h"
#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

// Looked up once, see hash.cpp.
const EVP_CIPHER* cipher_of(Tls13Suite suite) {
  static const EVP_CIPHER* const aes128 = must_have(EVP_CIPHER_fetch(nullptr, "AES-128-GCM", nullptr));
  static const EVP_CIPHER* const aes256 = must_have(EVP_CIPHER_fetch(nullptr, "AES-256-GCM", nullptr));
  static const EVP_CIPHER* const chacha = must_have(EVP_CIPHER_fetch(nullptr, "ChaCha20-Poly1305", nullptr));
  if (suite == Tls13Suite::aes128_gcm_sha256) return aes128;
  return suite == Tls13Suite::aes256_gcm_sha384 ? aes256 : chacha;
}

// RFC 2104 over a hash of kSize bytes with blocks of kBlock; keys are no longer than a block.
template <std::size_t kSize, std::size_t kBlock>
void hmac(Bytes key, Bytes text, MutableBytes out) {
  assert(key.size() <= kBlock);
  Secret<kBlock> padded;
  copy(padded.bytes(), key);
  for (auto& byte : padded.bytes()) byte ^= 0x36;
  const auto inner = Digest<kSize>().update(padded.bytes()).update(text).finish();
  for (auto& byte : padded.bytes()) byte ^= 0x36 ^ 0x5c;
  auto whole = Digest<kSize>().update(padded.bytes()).update(inner).finish();
  copy(out, Bytes(whole).first(out.size()));
  wipe(whole);
}

}  // namespace

std::optional<Tls13Suite> tls13_suite(std::uint16_t number) {
  if (number < 0x1301 || number > 0x1303) return std::nullopt;
  return static_cast<Tls13Suite>(number);
}

std::size_t secret_size(Tls13Suite suite) { return suite == Tls13Suite::aes256_gcm_sha384 ? 48 : 32; }

std::size_t key_size(Tls13Suite suite) { return suite == Tls13Suite::aes128_gcm_sha256 ? 16 : 32; }

void tls13_hmac(Tls13Suite suite, Bytes key, Bytes text, MutableBytes out) {
  if (secret_size(suite) == 48) {
    hmac<48, 128>(key, text, out);
  } else {
    hmac<32, 64>(key, text, out);
  }
}

void expand_label(Tls13Suite suite, Bytes secret, std::string_view label, MutableBytes out, Bytes context) {
  assert(out.size() <= secret_size(suite));
  constexpr std::string_view kPrefix = "tls13 ";
  Buffer info = {0, static_cast<std::uint8_t>(out.size()),
                 static_cast<std::uint8_t>(kPrefix.size() + label.size())};
  append(info, bytes_of(kPrefix));
  append(info, bytes_of(label));
  info.push_back(static_cast<std::uint8_t>(context.size()));
  append(info, context);
  info.push_back(1);  // the first and only block of HKDF-Expand (RFC 5869)
  tls13_hmac(suite, secret, info, out);
}

void Tls13Aead::Free::operator()(evp_cipher_ctx_st* state) const { EVP_CIPHER_CTX_free(state); }

Tls13Aead::Tls13Aead(Tls13Suite suite, Bytes key, Use use) : state_(must_have(EVP_CIPHER_CTX_new())) {
  assert(key.size() == key_size(suite));
  must(EVP_CipherInit_ex2(state_.get(), cipher_of(suite), key.data(), nullptr, use == Use::seal ? 1 : 0,
                          nullptr));
}

void Tls13Aead::seal(Nonce nonce, Bytes associated, Bytes text, Bytes end, MutableBytes out) {
  assert(out.size() == text.size() + end.size() + kTag);
  EVP_CIPHER_CTX* state = state_.get();
  int done = 0;
  must(EVP_CipherInit_ex2(state, nullptr, nullptr, nonce.data(), -1, nullptr));
  must(EVP_CipherUpdate(state, nullptr, &done, associated.data(), static_cast<int>(associated.size())));
  if (!text.empty())  // no text at all would be read as the end
    must(EVP_CipherUpdate(state, out.data(), &done, text.data(), static_cast<int>(text.size())));
  out = out.subspan(text.size());
  if (!end.empty())
    must(EVP_CipherUpdate(state, out.data(), &done, end.data(), static_cast<int>(end.size())));
  out = out.subspan(end.size());
  must(EVP_CipherFinal_ex(state, out.data(), &done));
  must(EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_AEAD_GET_TAG, kTag, out.data()));
}

bool Tls13Aead::open(Nonce nonce, Bytes associated, MutableBytes sealed) {
  if (sealed.size() < kTag) return false;
  EVP_CIPHER_CTX* state = state_.get();
  const MutableBytes text = sealed.first(sealed.size() - kTag);
  const MutableBytes tag = sealed.last(kTag);
  int done = 0;
  must(EVP_CipherInit_ex2(state, nullptr, nullptr, nonce.data(), -1, nullptr));
  must(EVP_CIPHER_CTX_ctrl(state, EVP_CTRL_AEAD_SET_TAG, kTag, tag.data()));
  must(EVP_CipherUpdate(state, nullptr, &done, associated.data(), static_cast<int>(associated.size())));
  if (!text.empty())
    must(EVP_CipherUpdate(state, text.data(), &done, text.data(), static_cast<int>(text.size())));
  std::array<std::uint8_t, kTag> nothing;
  return EVP_CipherFinal_ex(state, nothing.data(), &done) == 1;
}

}  // namespace rozaneh::crypto
