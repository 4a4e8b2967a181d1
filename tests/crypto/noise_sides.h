// Both sides of a Noise handshake, with keys that are always the same.
#pragma once

#include "crypto/noise/handshake_state.h"
#include "crypto/random.h"

namespace rozaneh::noise {

struct Sides {
  Pattern pattern = Pattern::nk;
  Buffer prologue{'p'};
  Key psk{};
  crypto::SeededRandom random{5};
  crypto::KeyPair server = crypto::make_key_pair(random);
  crypto::KeyPair client_ephemeral = crypto::make_key_pair(random);
  crypto::KeyPair server_ephemeral = crypto::make_key_pair(random);

  [[nodiscard]] HandshakeState initiator() const {
    auto state = HandshakeState::initiator(pattern, prologue, server.public_key, client_ephemeral);
    state.set_psk(psk);
    return state;
  }

  [[nodiscard]] HandshakeState responder() const {
    auto state = HandshakeState::responder(pattern, prologue, server, server_ephemeral);
    state.set_psk(psk);
    return state;
  }
};

}  // namespace rozaneh::noise
