#include "crypto/hash.h"

#include <cassert>

#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

// Looking an algorithm up by name costs more than hashing a handshake, so each is looked up once.
template <std::size_t kSize>
const EVP_MD* algorithm() {
  static const EVP_MD* const found = must_have(EVP_MD_fetch(nullptr,
                                                            kSize == 32   ? "SHA2-256"
                                                            : kSize == 48 ? "SHA2-384"
                                                                          : "SHA2-512",
                                                            nullptr));
  return found;
}

}  // namespace

template <std::size_t kSize>
void Digest<kSize>::Free::operator()(evp_md_ctx_st* state) const {
  EVP_MD_CTX_free(state);
}

template <std::size_t kSize>
Digest<kSize>::Digest() : state_(must_have(EVP_MD_CTX_new())) {
  must(EVP_DigestInit_ex2(state_.get(), algorithm<kSize>(), nullptr));
}

template <std::size_t kSize>
Digest<kSize>::Digest(const Digest& other) : state_(must_have(EVP_MD_CTX_new())) {
  must(EVP_MD_CTX_copy_ex(state_.get(), other.state_.get()));
}

template <std::size_t kSize>
Digest<kSize>& Digest<kSize>::update(Bytes bytes) {
  must(EVP_DigestUpdate(state_.get(), bytes.data(), bytes.size()));
  return *this;
}

template <std::size_t kSize>
typename Digest<kSize>::Output Digest<kSize>::finish() {
  Output out;
  must(EVP_DigestFinal_ex(state_.get(), out.data(), nullptr));
  return out;
}

template class Digest<32>;
template class Digest<48>;
template class Digest<64>;

namespace {

// RFC 2104 section 2: the key XOR a pad byte, repeated over the block.
template <std::size_t kSize>
void update_padded(Sha256& hash, const Secret<kSize>& key, std::uint8_t pad) {
  Secret<kSize> padded = key;
  for (auto& byte : padded.bytes()) byte ^= pad;
  hash.update(padded.bytes());
}

}  // namespace

HmacSha256::HmacSha256(Bytes key) {
  if (key.size() <= kBlock) {
    copy(key_.bytes(), key);
  } else {
    copy(key_.bytes(), sha256(key));
  }
  update_padded(inner_, key_, 0x36);
}

HmacSha256::Output HmacSha256::finish() {
  const Output inner = inner_.finish();
  Sha256 outer;
  update_padded(outer, key_, 0x5c);
  return outer.update(inner).finish();
}

Secret<32> hkdf_sha256_extract(Bytes salt, Bytes input_key) {
  return Secret<32>(hmac_sha256(salt, input_key));
}

void hkdf_sha256_expand(Bytes pseudo_random_key, Bytes info, MutableBytes out) {
  assert(out.size() <= std::size_t{255} * 32);
  Secret<32> block;
  Bytes previous;
  for (std::uint8_t number = 1; !out.empty(); ++number) {
    copy(block.bytes(), hmac_sha256(pseudo_random_key, previous, info, Bytes(&number, 1)));
    previous = block.bytes();
    const auto count = std::min(out.size(), previous.size());
    copy(out, previous.first(count));
    out = out.subspan(count);
  }
}

}  // namespace rozaneh::crypto
