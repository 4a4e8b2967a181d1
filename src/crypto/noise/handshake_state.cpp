#include "crypto/noise/handshake_state.h"

#include <utility>

namespace rozaneh::noise {
namespace {

using crypto::KeyPair;
using crypto::PublicKey;

std::string_view name_of(Pattern pattern) {
  if (pattern == Pattern::nkpsk0) return "Noise_NKpsk0_25519_ChaChaPoly_SHA256";
  if (pattern == Pattern::nkpsk2) return "Noise_NKpsk2_25519_ChaChaPoly_SHA256";
  return "Noise_NK_25519_ChaChaPoly_SHA256";
}

}  // namespace

HandshakeState::HandshakeState(Role role, Pattern pattern, Bytes prologue, const PublicKey& server,
                               KeyPair ephemeral)
    : role_(role),
      pattern_(pattern),
      symmetric_(name_of(pattern)),
      server_(server),
      ephemeral_(std::move(ephemeral)) {
  symmetric_.mix_hash(prologue);
  symmetric_.mix_hash(server.bytes);  // the pre-message "<- s"
}

HandshakeState HandshakeState::initiator(Pattern pattern, Bytes prologue, const PublicKey& server,
                                         const KeyPair& ephemeral) {
  return {Role::initiator, pattern, prologue, server, ephemeral};
}

HandshakeState HandshakeState::responder(Pattern pattern, Bytes prologue, const KeyPair& server,
                                         const KeyPair& ephemeral) {
  HandshakeState state(Role::responder, pattern, prologue, server.public_key, ephemeral);
  state.static_ = server.private_key;
  return state;
}

bool HandshakeState::is_next(Role writer) const {
  return next_ == (writer == Role::initiator ? Next::first : Next::second) && (!mixes_psk() || psk_);
}

bool HandshakeState::mixes_psk() const {
  return pattern_ == (next_ == Next::first ? Pattern::nkpsk0 : Pattern::nkpsk2);
}

// The message's one agreement: es in the first, ee in the second.
std::optional<crypto::SharedSecret> HandshakeState::agree() const {
  if (next_ == Next::second) return crypto::x25519(ephemeral_.private_key, their_ephemeral_);
  if (role_ == Role::initiator) return crypto::x25519(ephemeral_.private_key, server_);
  return crypto::x25519(static_, their_ephemeral_);
}

// The tokens of the message, whose ephemeral key is given; whether there was a secret to share.
bool HandshakeState::mix_keys(const PublicKey& ephemeral) {
  if (mixes_psk() && next_ == Next::first) symmetric_.mix_key_and_hash(psk_->bytes());
  symmetric_.mix_hash(ephemeral.bytes);
  if (pattern_ != Pattern::nk) symmetric_.mix_key(ephemeral.bytes);  // section 9.2
  const auto shared = agree();
  if (!shared) return false;
  symmetric_.mix_key(shared->bytes());
  if (mixes_psk() && next_ == Next::second) symmetric_.mix_key_and_hash(psk_->bytes());
  return true;
}

Result<Buffer> HandshakeState::write(Bytes payload) {
  if (!is_next(role_)) return fail(NoiseError::out_of_turn);
  if (payload.size() > kLongestPayload) return fail(NoiseError::too_long);
  if (!mix_keys(ephemeral_.public_key)) return give_up(NoiseError::weak_key);
  Buffer message(kOverhead + payload.size());
  copy(message, ephemeral_.public_key.bytes);
  const MutableBytes sealed = MutableBytes(message).subspan(PublicKey::kSize);
  copy(sealed, payload);
  symmetric_.encrypt_and_hash(sealed);
  advance();
  return message;
}

Result<Buffer> HandshakeState::read(Bytes message) {
  if (!is_next(role_ == Role::initiator ? Role::responder : Role::initiator))
    return fail(NoiseError::out_of_turn);
  if (message.size() < kOverhead) return give_up(NoiseError::too_short);
  if (message.size() > kLongestMessage) return give_up(NoiseError::too_long);
  their_ephemeral_ = PublicKey(message.first<PublicKey::kSize>());
  if (!mix_keys(their_ephemeral_)) return give_up(NoiseError::weak_key);
  const Bytes sealed = message.subspan(PublicKey::kSize);
  Buffer payload(sealed.begin(), sealed.end());
  if (!symmetric_.decrypt_and_hash(payload)) return give_up(NoiseError::forged);
  payload.resize(payload.size() - CipherState::kTag);
  advance();
  return payload;
}

void HandshakeState::advance() { next_ = next_ == Next::first ? Next::second : Next::split; }

std::unexpected<Error> HandshakeState::give_up(NoiseError error) {
  next_ = Next::nothing;
  return fail(error);
}

Result<Transport> HandshakeState::split(std::string_view label) {
  if (next_ != Next::split) return fail(NoiseError::out_of_turn);
  next_ = Next::nothing;
  const auto [from_initiator, from_responder] = symmetric_.split();
  const bool first = role_ == Role::initiator;
  return Transport{.send = {first ? from_initiator : from_responder, CipherState::Use::seal},
                   .receive = {first ? from_responder : from_initiator, CipherState::Use::open},
                   .exported = symmetric_.export_key(label),
                   .handshake_hash = symmetric_.hash()};
}

}  // namespace rozaneh::noise
