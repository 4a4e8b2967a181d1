// The handshake of Noise_NK_25519_ChaChaPoly_SHA256 and, for those who have met before, of NKpsk0 and NKpsk2
// (The Noise Protocol Framework, revision 34, sections 5.3, 7.5 and 9): two messages, between an initiator
// that knows the responder's key and stays anonymous, and that responder.
//
//     <- s
//     ...
//     -> e, es, payload         with psk0: psk, e, es
//     <- e, ee, payload         with psk2: e, ee, psk
//
// The same on both sides, `prologue` and pre-shared key among it:
//
//     auto client = HandshakeState::initiator(...);        auto server = HandshakeState::responder(...);
//     client.write(early)               -- message 1 -->   server.read(message)     gives `early`
//     client.read(message) gives `late` <-- message 2 --   server.write(late)
//     client.split()                                       server.split()
//
// What the payloads are worth (section 7.7): the first is read only by the holder of the server's key, today
// or later, and whoever recorded it can send it again; the second and all after it have forward secrecy and
// come from that server. psk0 also keeps the first from those who have stolen the server's key and not the
// pre-shared one, but the server must know which it is beforehand; with psk2 the first payload can tell.
#pragma once

#include <optional>

#include "crypto/noise/symmetric_state.h"
#include "crypto/x25519.h"

namespace rozaneh::noise {

enum class Pattern { nk, nkpsk0, nkpsk2 };

// A session's two directions.
struct Transport {
  CipherState send;
  CipherState receive;
  Key exported;         // HMAC-SHA256(the last chaining key, label | handshake_hash): for further secrets
  Hash handshake_hash;  // the same on both sides, and of no other session; no secret
};

// About 300 bytes, nothing on the heap; wiped when it dies. After a failure it answers out_of_turn only.
class HandshakeState {
 public:
  // What each message adds to its payload: an X25519 key and a tag.
  static constexpr std::size_t kOverhead = crypto::PublicKey::kSize + CipherState::kTag;
  static constexpr std::size_t kLongestPayload = kLongestMessage - kOverhead;

  // `ephemeral` is a fresh pair that serves this handshake alone.
  static HandshakeState initiator(Pattern pattern, Bytes prologue, const crypto::PublicKey& server,
                                  const crypto::KeyPair& ephemeral);
  static HandshakeState responder(Pattern pattern, Bytes prologue, const crypto::KeyPair& server,
                                  const crypto::KeyPair& ephemeral);

  // Before the message that mixes it: the first with psk0, the second with psk2. It has 256 bits of entropy.
  void set_psk(const Key& psk) { psk_ = psk; }

  // The message to send. Fails with too_long, which changes nothing, weak_key or out_of_turn.
  Result<Buffer> write(Bytes payload);

  // The payload of a whole message. Fails with too_short, too_long, weak_key, forged or out_of_turn.
  Result<Buffer> read(Bytes message);

  // After both messages, once; else out_of_turn. `label` says what the exported key is for.
  Result<Transport> split(std::string_view label = {});

 private:
  enum class Role { initiator, responder };
  enum class Next { first, second, split, nothing };

  HandshakeState(Role role, Pattern pattern, Bytes prologue, const crypto::PublicKey& server,
                 crypto::KeyPair ephemeral);

  [[nodiscard]] bool is_next(Role writer) const;
  [[nodiscard]] bool mixes_psk() const;
  [[nodiscard]] std::optional<crypto::SharedSecret> agree() const;
  [[nodiscard]] bool mix_keys(const crypto::PublicKey& ephemeral);
  void advance();
  std::unexpected<Error> give_up(NoiseError error);

  Role role_;
  Pattern pattern_;
  Next next_ = Next::first;
  SymmetricState symmetric_;
  crypto::PrivateKey static_;  // the responder's
  crypto::PublicKey server_;
  crypto::KeyPair ephemeral_;
  crypto::PublicKey their_ephemeral_;
  std::optional<Key> psk_;
};

}  // namespace rozaneh::noise
