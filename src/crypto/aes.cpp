#include "crypto/aes.h"

#include <cassert>

#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

using Context = std::unique_ptr<EVP_CIPHER_CTX, OpensslFree<&EVP_CIPHER_CTX_free>>;

const EVP_CIPHER* fetch(const char* name) { return must_have(EVP_CIPHER_fetch(nullptr, name, nullptr)); }

// Looked up once, since a look-up costs more than a key set-up.
const EVP_CIPHER* ctr_for(std::size_t key_size) {
  static const EVP_CIPHER* const aes128 = fetch("AES-128-CTR");
  static const EVP_CIPHER* const aes256 = fetch("AES-256-CTR");
  if (key_size == 16) return aes128;
  return key_size == 32 ? aes256 : nullptr;
}

// OpenSSL counts in int, so longer data goes in pieces.
constexpr std::size_t kPiece = std::size_t{1} << 30U;

enum class Direction : int { kDecrypt = 0, kEncrypt = 1 };

void run_cbc(Bytes key, Bytes iv, MutableBytes blocks, Direction direction) {
  static const EVP_CIPHER* const cipher = fetch("AES-128-CBC");
  assert(blocks.size() % 16 == 0 && blocks.size() < kPiece);
  const Context state(must_have(EVP_CIPHER_CTX_new()));
  int done = 0;
  must(EVP_CipherInit_ex2(state.get(), cipher, key.data(), iv.data(), static_cast<int>(direction), nullptr));
  must(EVP_CIPHER_CTX_set_padding(state.get(), 0));
  must(EVP_CipherUpdate(state.get(), blocks.data(), &done, blocks.data(), static_cast<int>(blocks.size())));
}

// Starts GCM in one direction and takes the associated bytes and the text; the tag is left.
Context run_gcm(GcmKey key, GcmNonce nonce, Bytes associated, MutableBytes text, Direction direction) {
  static const EVP_CIPHER* const cipher =
      fetch("AES-128-GCM");  // its nonce is 12 bytes if nothing else is said
  assert(associated.size() <= kPiece && text.size() <= kPiece);
  Context state(must_have(EVP_CIPHER_CTX_new()));
  int done = 0;
  must(EVP_CipherInit_ex2(state.get(), cipher, key.data(), nonce.data(), static_cast<int>(direction),
                          nullptr));
  must(EVP_CipherUpdate(state.get(), nullptr, &done, associated.data(), static_cast<int>(associated.size())));
  // No text at all would be read as the end.
  if (!text.empty())
    must(EVP_CipherUpdate(state.get(), text.data(), &done, text.data(), static_cast<int>(text.size())));
  return state;
}

}  // namespace

void AesCtr::Free::operator()(evp_cipher_ctx_st* state) const { EVP_CIPHER_CTX_free(state); }

AesCtr::AesCtr(Bytes key, std::span<const std::uint8_t, kBlock> first_counter)
    : state_(must_have(EVP_CIPHER_CTX_new())) {
  const EVP_CIPHER* cipher = must_have(ctr_for(key.size()));
  must(EVP_EncryptInit_ex2(state_.get(), cipher, key.data(), first_counter.data(), nullptr));
}

void AesCtr::apply(MutableBytes bytes) {
  while (!bytes.empty()) {
    const auto piece = bytes.first(std::min(bytes.size(), kPiece));
    int done = 0;
    must(EVP_EncryptUpdate(state_.get(), piece.data(), &done, piece.data(), static_cast<int>(piece.size())));
    bytes = bytes.subspan(piece.size());
  }
}

void AesCtr::skip(std::size_t count) {
  std::array<std::uint8_t, 512> unused;
  for (; count > unused.size(); count -= unused.size()) apply(unused);
  apply(MutableBytes(unused).first(count));
}

void encrypt_aes128_cbc(std::span<const std::uint8_t, 16> key, std::span<const std::uint8_t, 16> iv,
                        MutableBytes blocks) {
  run_cbc(key, iv, blocks, Direction::kEncrypt);
}

void decrypt_aes128_cbc(std::span<const std::uint8_t, 16> key, std::span<const std::uint8_t, 16> iv,
                        MutableBytes blocks) {
  run_cbc(key, iv, blocks, Direction::kDecrypt);
}

GcmTag seal_aes128_gcm(GcmKey key, GcmNonce nonce, Bytes associated, MutableBytes text) {
  const Context state = run_gcm(key, nonce, associated, text, Direction::kEncrypt);
  GcmTag tag;
  int done = 0;
  must(EVP_CipherFinal_ex(state.get(), tag.data(), &done));
  must(EVP_CIPHER_CTX_ctrl(state.get(), EVP_CTRL_AEAD_GET_TAG, static_cast<int>(tag.size()), tag.data()));
  return tag;
}

bool open_aes128_gcm(GcmKey key, GcmNonce nonce, Bytes associated, MutableBytes text, const GcmTag& tag) {
  const Context state = run_gcm(key, nonce, associated, text, Direction::kDecrypt);
  GcmTag expected = tag;  // OpenSSL takes it as one that it could write to
  must(EVP_CIPHER_CTX_ctrl(state.get(), EVP_CTRL_AEAD_SET_TAG, static_cast<int>(expected.size()),
                           expected.data()));
  int done = 0;
  return EVP_CipherFinal_ex(state.get(), expected.data(), &done) == 1;
}

}  // namespace rozaneh::crypto
