#include "crypto/noise/symmetric_state.h"

namespace rozaneh::noise {
namespace {

using crypto::Aead;

// The spec's HKDF (section 4.3) with kCount outputs, one after the other: that of RFC 5869 without info.
template <std::size_t kCount>
Secret<32 * kCount> hkdf(const Key& chaining_key, Bytes input_key) {
  return crypto::hkdf_sha256_expand<32 * kCount>(
      crypto::hkdf_sha256_extract(chaining_key.bytes(), input_key).bytes(), {});
}

template <std::size_t kAll>
Key output(const Secret<kAll>& all, std::size_t index) {
  return Key(Bytes(all.bytes()).subspan(32 * index).template first<32>());
}

}  // namespace

SymmetricState::SymmetricState(std::string_view protocol_name) {
  if (protocol_name.size() <= hash_.size()) {
    copy(hash_, bytes_of(protocol_name));
  } else {
    hash_ = crypto::sha256(bytes_of(protocol_name));
  }
  copy(chaining_key_.bytes(), hash_);
}

void SymmetricState::mix_key(Bytes input_key) {
  const auto keys = hkdf<2>(chaining_key_, input_key);
  chaining_key_ = output(keys, 0);
  key_ = output(keys, 1);
}

void SymmetricState::mix_key_and_hash(Bytes input_key) {
  const auto keys = hkdf<3>(chaining_key_, input_key);
  chaining_key_ = output(keys, 0);
  mix_hash(output(keys, 1).bytes());
  key_ = output(keys, 2);
}

void SymmetricState::encrypt_and_hash(MutableBytes message) {
  Aead(key_, Aead::Use::seal).seal(0, hash_, message);
  mix_hash(message);
}

bool SymmetricState::decrypt_and_hash(MutableBytes message) {
  const Hash after = crypto::sha256(hash_, message);
  if (!Aead(key_, Aead::Use::open).open(0, hash_, message)) return false;
  hash_ = after;
  return true;
}

Key SymmetricState::export_key(std::string_view label) const {
  return Key(crypto::hmac_sha256(chaining_key_.bytes(), bytes_of(label), hash_));
}

std::pair<Key, Key> SymmetricState::split() const {
  const auto keys = hkdf<2>(chaining_key_, {});
  return {output(keys, 0), output(keys, 1)};
}

}  // namespace rozaneh::noise
