#include "crypto/chacha20.h"

#include <sodium.h>

#include "crypto/sodium.h"

namespace rozaneh::crypto {

ChaCha20Block chacha20_block(const Secret<32>& key, std::uint32_t counter) {
  static constexpr std::uint8_t kNonce[crypto_stream_chacha20_ietf_NONCEBYTES] = {};
  start_sodium();
  ChaCha20Block block{};
  crypto_stream_chacha20_ietf_xor_ic(block.data(), block.data(), block.size(), kNonce, counter,
                                     key.bytes().data());
  return block;
}

}  // namespace rozaneh::crypto
