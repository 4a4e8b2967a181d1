// Single blocks of ChaCha20's key stream (RFC 8439 section 2.4) with a nonce of zeros, for masks.
#pragma once

#include <array>

#include "base/secret.h"

namespace rozaneh::crypto {

using ChaCha20Block = std::array<std::uint8_t, 64>;

// The key stream's 64 bytes from 64 × `counter` on. One key serves this alone.
[[nodiscard]] ChaCha20Block chacha20_block(const Secret<32>& key, std::uint32_t counter);

}  // namespace rozaneh::crypto
