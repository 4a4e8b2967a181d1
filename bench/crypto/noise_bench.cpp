// Noise's handshake: what each side of one costs, with its ephemeral key. Two X25519 and a key pair are most
// of it.
#include <benchmark/benchmark.h>

#include "crypto/noise/handshake_state.h"
#include "crypto/random.h"

namespace rozaneh::noise {
namespace {

struct Identity {
  crypto::SeededRandom random{1};
  crypto::KeyPair server = crypto::make_key_pair(random);

  HandshakeState initiator() {
    return HandshakeState::initiator(Pattern::nk, {}, server.public_key, crypto::make_key_pair(random));
  }
  HandshakeState responder() {
    return HandshakeState::responder(Pattern::nk, {}, server, crypto::make_key_pair(random));
  }
};

void responder(benchmark::State& state) {
  Identity identity;
  const Buffer first = identity.initiator().write(Buffer(100)).value();
  for (auto _ : state) {
    HandshakeState server = identity.responder();
    if (!server.read(first) || !server.write(Buffer(100)) || !server.split())
      state.SkipWithError("it failed");
  }
}

void both(benchmark::State& state) {
  Identity identity;
  for (auto _ : state) {
    HandshakeState client = identity.initiator();
    HandshakeState server = identity.responder();
    if (!server.read(client.write(Buffer(100)).value()) || !client.read(server.write(Buffer(100)).value()) ||
        !server.split() || !client.split())
      state.SkipWithError("it failed");
  }
}

// What a stranger's message costs the server.
void forged(benchmark::State& state) {
  Identity identity;
  const crypto::KeyPair ephemeral = crypto::make_key_pair(identity.random);
  const Buffer message(148, 9);
  for (auto _ : state) {
    auto server = HandshakeState::responder(Pattern::nk, {}, identity.server, ephemeral);
    if (server.read(message)) state.SkipWithError("it opened");
  }
}

BENCHMARK(responder);
BENCHMARK(both);
BENCHMARK(forged);

}  // namespace
}  // namespace rozaneh::noise
