// The opening of obfs3 (obfs3 protocol specification, "UniformDH handshake"), without I/O.
//
//     each side  public key 192 | padding 0..4097
//
// Nobody says where the padding ends: the first data is preceded by more padding and by a magic value, which
// only the two ends can compute (see codec.h).
#pragma once

#include <array>

#include "base/handshake.h"
#include "base/random.h"
#include "base/secret.h"
#include "crypto/uniform_dh.h"
#include "transport/side.h"

namespace rozaneh::obfs3 {

using transport::Side;

inline constexpr std::uint32_t kMostPadding = 4097;  // at each of the two places
inline constexpr std::size_t kMagicSize = 32;

// What one direction needs: HMACs under the shared secret.
struct DirectionKey {
  Secret<32> cipher;         // AES-128 key 16 | first counter 16
  Secret<kMagicSize> magic;  // ends the padding
};

class DhHandshake final : public Handshake {
 public:
  // `padding` is at most kMostPadding long.
  DhHandshake(Side side, crypto::UniformDh keys, Buffer padding);
  // With a fresh key and random padding of random length.
  DhHandshake(Side side, Random& random);

  // Waits for the peer's 192 bytes; fails if they give no secret. What is not consumed is the start of the
  // peer's padding.
  Result<Step> step(Bytes received) override;

  // After the end.
  [[nodiscard]] const DirectionKey& send_key() const { return send_key_; }
  [[nodiscard]] const DirectionKey& receive_key() const { return receive_key_; }

 private:
  Side side_;
  crypto::UniformDh keys_;
  Buffer padding_;
  bool sent_ = false;
  DirectionKey send_key_;
  DirectionKey receive_key_;
};

}  // namespace rozaneh::obfs3
