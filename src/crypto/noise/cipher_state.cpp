#include "crypto/noise/cipher_state.h"

namespace rozaneh::noise {

Result<> CipherState::check(Bytes message) const {
  if (message.size() < kTag) return fail(NoiseError::too_short);
  if (message.size() > kLongestMessage) return fail(NoiseError::too_long);
  if (nonce_ == kMaxNonce) return fail(NoiseError::exhausted);
  return {};
}

Result<> CipherState::seal(MutableBytes message, Bytes associated) {
  if (auto checked = check(message); !checked) return checked;
  aead_.seal(nonce_++, associated, message);
  return {};
}

Result<> CipherState::open(MutableBytes message, Bytes associated) {
  if (auto checked = check(message); !checked) return checked;
  if (!aead_.open(nonce_, associated, message)) return fail(NoiseError::forged);
  ++nonce_;
  return {};
}

void CipherState::rekey() {
  Secret<Key::kSize + kTag> zeros;
  crypto::Aead(key_, Use::seal).seal(kMaxNonce, {}, zeros.bytes());
  key_ = Key(zeros.bytes().first<Key::kSize>());
  aead_ = crypto::Aead(key_, use_);
}

}  // namespace rozaneh::noise
