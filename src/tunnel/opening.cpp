#include "tunnel/opening.h"

#include <cassert>

#include "base/reader.h"
#include "base/writer.h"
#include "crypto/equal.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::string_view kPrologue = "rozaneh tunnel 1";
constexpr std::string_view kExport = "rozaneh tunnel 1 export";

template <class... Parts>
Proof prove(const SessionSecret& secret, std::string_view who, const Parts&... parts) {
  const auto mac = crypto::hmac_sha256(secret.bytes(), bytes_of(who), parts...);
  Proof proof;
  copy(proof, Bytes(mac).first(proof.size()));
  return proof;
}

Proof client_proof(const SessionSecret& secret, const crypto::PublicKey& client) {
  return prove(secret, "client", Bytes(client.bytes));
}

Proof server_proof(const SessionSecret& secret, const crypto::PublicKey& client,
                   const crypto::PublicKey& server) {
  return prove(secret, "server", Bytes(client.bytes), Bytes(server.bytes));
}

Secret<32> derive(const noise::Key& exported, std::string_view label) {
  return Secret<32>(crypto::hmac_sha256(exported.bytes(), bytes_of(label)));
}

Keys make_keys(noise::HandshakeState& noise, std::string_view send, std::string_view receive) {
  auto split = noise.split(kExport);
  assert(split);
  return {.send = std::move(split->send),
          .receive = std::move(split->receive),
          .send_mask = derive(split->exported, send),
          .receive_mask = derive(split->exported, receive),
          .session = derive(split->exported, "join")};
}

// Pads with zeros, which are a PADDING frame. A message whose length begins with 1 would look like an open
// request, which can come to the same port.
void pad(Buffer& payload, std::size_t least) {
  constexpr std::size_t kRequests = 256;
  std::size_t size = std::max(payload.size(), least);
  const std::size_t length = size + noise::HandshakeState::kOverhead;
  if (length / kRequests == 1) size = 2 * kRequests - noise::HandshakeState::kOverhead;
  Buffer padded(size);
  copy(padded, payload);
  wipe(payload);  // it may hold a credential, and would leave a copy by growing
  payload = std::move(padded);
}

Buffer seal(noise::HandshakeState& noise, Buffer payload, std::size_t least) {
  pad(payload, least);
  assert(payload.size() <= kMostPayload);
  const auto message = noise.write(payload);
  wipe(payload);
  assert(message);
  return Writer().u16(static_cast<std::uint16_t>(message->size())).bytes(*message).take();
}

}  // namespace

Result<std::size_t> message_size(std::span<const std::uint8_t, kMessageHead> head) {
  const std::size_t size = *Reader(head).u16();
  if (size < kLeastMessage || size > kMostMessage) return fail(TunnelError::malformed);
  return size;
}

ClientOpening::ClientOpening(const crypto::PublicKey& server, const crypto::KeyPair& ephemeral)
    : noise_(noise::HandshakeState::initiator(noise::Pattern::nk, bytes_of(kPrologue), server, ephemeral)),
      ephemeral_(ephemeral.public_key) {}

Buffer ClientOpening::hello(ClientHello hello, const SessionSecret* secret, std::size_t least) {
  assert(hello.join.has_value() == (secret != nullptr));
  if (secret != nullptr) {
    secret_ = *secret;
    hello.join->proof = client_proof(*secret, ephemeral_);
  }
  return seal(noise_, serialize(hello), least);
}

Result<ServerHello> ClientOpening::read(Bytes message) {
  auto payload = noise_.read(message);
  if (!payload) return fail(TunnelError::impostor);
  answer_ = std::move(*payload);
  auto hello = parse_server_hello(answer_, secret_.has_value());
  if (!hello) return fail(TunnelError::malformed);
  if (hello->proof) {
    const auto server = crypto::PublicKey(message.first<crypto::PublicKey::kSize>());
    if (!crypto::equal(*hello->proof, server_proof(*secret_, ephemeral_, server)))
      return fail(TunnelError::impostor);
  }
  return hello;
}

Keys ClientOpening::keys() { return make_keys(noise_, "mask up", "mask down"); }

ServerOpening::ServerOpening(const crypto::KeyPair& server, const crypto::KeyPair& ephemeral)
    : noise_(noise::HandshakeState::responder(noise::Pattern::nk, bytes_of(kPrologue), server, ephemeral)),
      ephemeral_(ephemeral.public_key) {}

Result<ClientHello> ServerOpening::read(Bytes message) {
  auto payload = noise_.read(message);
  if (!payload) return fail(TunnelError::stranger);
  hello_ = std::move(*payload);
  client_ephemeral_ = crypto::PublicKey(message.first<crypto::PublicKey::kSize>());
  auto hello = parse_client_hello(hello_);
  if (!hello) return fail(TunnelError::malformed);
  return hello;
}

bool ServerOpening::proves(const Join& join, const SessionSecret& secret) const {
  return crypto::equal(join.proof, client_proof(secret, client_ephemeral_));
}

Buffer ServerOpening::answer(ServerHello hello, const SessionSecret* secret, std::size_t least) {
  if (secret != nullptr) hello.proof = server_proof(*secret, client_ephemeral_, ephemeral_);
  return seal(noise_, serialize(hello), least);
}

Keys ServerOpening::keys() { return make_keys(noise_, "mask down", "mask up"); }

}  // namespace rozaneh::tunnel
