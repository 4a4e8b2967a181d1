#include "transport/obfs3/handshake.h"

#include <cassert>

#include "crypto/hash.h"
#include "transport/obfs3/error.h"

namespace rozaneh::obfs3 {
namespace {

DirectionKey derive(Side sender, Bytes shared) {
  const bool initiator = sender == Side::initiator;
  const auto hmac = [shared](std::string_view label) {
    return Secret<32>(crypto::hmac_sha256(shared, bytes_of(label)));
  };
  return {.cipher = hmac(initiator ? "Initiator obfuscated data" : "Responder obfuscated data"),
          .magic = hmac(initiator ? "Initiator magic" : "Responder magic")};
}

}  // namespace

DhHandshake::DhHandshake(Side side, crypto::UniformDh keys, Buffer padding)
    : side_(side), keys_(std::move(keys)), padding_(std::move(padding)) {
  assert(padding_.size() <= kMostPadding);
}

DhHandshake::DhHandshake(Side side, Random& random)
    : DhHandshake(side, crypto::UniformDh::make(random), random.bytes(random.between(0, kMostPadding))) {}

Result<Step> DhHandshake::step(Bytes received) {
  if (!std::exchange(sent_, true))
    return Step{.send = concat(keys_.public_key(), std::exchange(padding_, {}))};
  if (received.size() < crypto::UniformDh::kSize) return Step{};
  const auto shared = keys_.shared_secret(received.first<crypto::UniformDh::kSize>());
  if (!shared) return fail(Obfs3Error::bad_key);
  send_key_ = derive(side_, shared->bytes());
  receive_key_ = derive(transport::other(side_), shared->bytes());
  return Step{.consumed = crypto::UniformDh::kSize, .done = true};
}

}  // namespace rozaneh::obfs3
