// What both sides of a Noise handshake know so far: the spec's SymmetricState (revision 34, section 5.2) for
// ChaChaPoly and SHA256. For handshake_state.h.
//
// Of the two hashes of 32 bytes that Noise has, it is SHA-256 and not BLAKE2s because the rest of the program
// uses it already; OpenSSL's takes 0.11 us a block and its BLAKE2s 0.15.
#pragma once

#include <utility>

#include "crypto/hash.h"
#include "crypto/noise/cipher_state.h"

namespace rozaneh::noise {

using Hash = crypto::Sha256::Output;

// No heap; wiped when it dies. In all our patterns each message mixes a key before it encrypts its one
// payload, so there is no payload without a key, and every key's nonce is 0.
class SymmetricState {
 public:
  explicit SymmetricState(std::string_view protocol_name);

  void mix_hash(Bytes data) { hash_ = crypto::sha256(hash_, data); }
  void mix_key(Bytes input_key);
  void mix_key_and_hash(Bytes input_key);

  // In place, with the hash so far as associated bytes; the last kTag bytes of `message` are the tag.
  void encrypt_and_hash(MutableBytes message);

  // Whether it was right; if not, the text is wiped and nothing is mixed.
  [[nodiscard]] bool decrypt_and_hash(MutableBytes message);

  // The keys of the session: of what the initiator sends, and of what the responder sends.
  [[nodiscard]] std::pair<Key, Key> split() const;

  // A further secret of the session, for what `label` names; split() tells nothing of it.
  [[nodiscard]] Key export_key(std::string_view label) const;

  // Of the whole handshake, when it is over: for binding a channel to it (section 11.2). No secret.
  [[nodiscard]] const Hash& hash() const { return hash_; }

 private:
  Key chaining_key_;
  Hash hash_{};
  Key key_;
};

}  // namespace rozaneh::noise
