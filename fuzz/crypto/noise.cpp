// Both sides of Noise's handshake, reading what a stranger sends or what an honest peer has made.
//
// Input: who reads and what (1) | the message, or the payload of the honest peer's. Of the first byte, bit 0
// is set if the initiator reads, bit 1 if the peer is honest; the next two are the pattern.
#include "crypto/noise/handshake_state.h"
#include "crypto/random.h"
#include "fuzz/handshake.h"

namespace {

using namespace rozaneh;
using namespace rozaneh::noise;
using fuzz::require;

struct Fixture {
  explicit Fixture(Pattern which) : pattern(which) {
    client.set_psk(psk);
    server.set_psk(psk);
  }

  Pattern pattern;
  crypto::SeededRandom random{1};
  crypto::KeyPair identity = crypto::make_key_pair(random);
  Key psk;
  HandshakeState client =
      HandshakeState::initiator(pattern, {}, identity.public_key, crypto::make_key_pair(random));
  HandshakeState server = HandshakeState::responder(pattern, {}, identity, crypto::make_key_pair(random));
};

// A payload is what its message has without key and tag; a failure is the end.
bool read(HandshakeState& state, Bytes message) {
  const Buffer exact(message.begin(), message.end());  // so that a read past the end is seen
  const auto payload = state.read(exact);
  if (payload) {
    require(payload->size() + HandshakeState::kOverhead == message.size());
  } else {
    require(!payload.error().is(NoiseError::out_of_turn));
    require(!state.write({}) && !state.read(exact) && !state.split());
  }
  return payload.has_value();
}

void pass(CipherState& from, CipherState& to, Bytes text) {
  Buffer message = concat(text, Buffer(CipherState::kTag));
  require(from.seal(message).has_value() && to.open(message).has_value());
  require(std::ranges::equal(Bytes(message).first(text.size()), text));
}

void fuzz_honest(Fixture& fixture, Bytes payload) {
  const auto first = fixture.client.write(payload);
  if (!first) return require(payload.size() > HandshakeState::kLongestPayload);
  require(fixture.server.read(*first).value() == Buffer(payload.begin(), payload.end()));
  require(read(fixture.client, fixture.server.write(payload).value()));
  auto ours = fixture.client.split();
  auto theirs = fixture.server.split();
  require(ours->handshake_hash == theirs->handshake_hash);
  pass(ours->send, theirs->receive, payload);
  pass(theirs->send, ours->receive, payload);
}

void fuzz_initiator(Fixture& fixture, Bytes message) {
  require(fixture.client.write({}).has_value());
  if (read(fixture.client, message)) require(fixture.client.split().has_value());
}

void fuzz_responder(Fixture& fixture, Bytes message) {
  if (read(fixture.server, message)) require(fixture.server.write(message.first(1)).has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned kind = data[0];
  constexpr std::array kPatterns = {Pattern::nk, Pattern::nkpsk0, Pattern::nkpsk2};
  Fixture fixture(kPatterns[(kind >> 2U) % 3]);
  const Bytes rest(data + 1, size - 1);
  if ((kind & 2U) != 0) {
    fuzz_honest(fixture, rest);
  } else if ((kind & 1U) != 0) {
    fuzz_initiator(fixture, rest);
  } else {
    fuzz_responder(fixture, rest);
  }
  return 0;
}
