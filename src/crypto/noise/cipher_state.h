// One direction of a Noise session after the handshake: the spec's CipherState (revision 34, section 5.1).
#pragma once

#include <limits>

#include "crypto/aead.h"
#include "crypto/noise/error.h"

namespace rozaneh::noise {

using Key = Secret<32>;

// A message may have this many bytes, its tag among them (section 3).
constexpr std::size_t kLongestMessage = 65535;

// Counts its messages: both sides must handle the same ones in the same order, or agree on the numbers and
// say them with set_nonce(). Takes about 1 KB of heap; wiped when it dies. Move-only.
class CipherState {
 public:
  using Use = crypto::Aead::Use;
  static constexpr std::size_t kTag = crypto::Aead::kTag;

  CipherState(const Key& key, Use use) : key_(key), use_(use), aead_(key, use) {}

  // The spec's EncryptWithAd, in place: the text, and behind it kTag bytes that become the tag. Fails, and
  // leaves all as it is, with too_short, too_long or exhausted.
  Result<> seal(MutableBytes message, Bytes associated = {});

  // DecryptWithAd, in place; the tag stays behind the text. Fails as seal() does, or with forged: then the
  // text is wiped and the nonce is not used up.
  Result<> open(MutableBytes message, Bytes associated = {});

  // The spec's Rekey (section 11.3), to be done by both sides between the same messages: what is known of the
  // key later tells nothing of the messages before. Does not touch the nonce.
  void rekey();

  // The number of the next message. 2^64 - 1 is kept for rekey() and is no message's.
  [[nodiscard]] std::uint64_t nonce() const { return nonce_; }
  void set_nonce(std::uint64_t nonce) { nonce_ = nonce; }

 private:
  static constexpr std::uint64_t kMaxNonce = std::numeric_limits<std::uint64_t>::max();

  [[nodiscard]] Result<> check(Bytes message) const;

  Key key_;  // the cipher below does not give it out again, and rekey() needs it
  Use use_;
  crypto::Aead aead_;
  std::uint64_t nonce_ = 0;
};

}  // namespace rozaneh::noise
