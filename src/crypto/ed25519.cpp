#include "crypto/ed25519.h"

#include <sodium.h>

#include "crypto/sodium.h"

namespace rozaneh::crypto {
namespace {

struct KeyPair {
  SigningPublic open{};
  Secret<crypto_sign_SECRETKEYBYTES> secret;
};

KeyPair pair_of(const SigningSeed& seed) {
  start_sodium();
  KeyPair pair;
  (void)crypto_sign_seed_keypair(pair.open.data(), pair.secret.bytes().data(), seed.bytes().data());
  return pair;
}

}  // namespace

SigningPublic signing_public(const SigningSeed& seed) { return pair_of(seed).open; }

Signature sign(const SigningSeed& seed, Bytes message) {
  const KeyPair pair = pair_of(seed);
  Signature signature{};
  (void)crypto_sign_detached(signature.data(), nullptr, message.data(), message.size(),
                             pair.secret.bytes().data());
  return signature;
}

bool verify(const SigningPublic& key, Bytes message, std::span<const std::uint8_t, 64> signature) {
  start_sodium();
  return crypto_sign_verify_detached(signature.data(), message.data(), message.size(), key.data()) == 0;
}

}  // namespace rozaneh::crypto
