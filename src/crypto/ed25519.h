// Ed25519 signatures (RFC 8032), with libsodium.
#pragma once

#include <array>
#include <optional>

#include "base/secret.h"

namespace rozaneh::crypto {

using SigningPublic = std::array<std::uint8_t, 32>;
using SigningSeed = Secret<32>;  // what is kept; the rest of a secret key follows from it
using Signature = std::array<std::uint8_t, 64>;

[[nodiscard]] SigningPublic signing_public(const SigningSeed& seed);
[[nodiscard]] Signature sign(const SigningSeed& seed, Bytes message);
[[nodiscard]] bool verify(const SigningPublic& key, Bytes message,
                          std::span<const std::uint8_t, 64> signature);

}  // namespace rozaneh::crypto
