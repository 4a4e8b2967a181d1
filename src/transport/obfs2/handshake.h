// The opening of obfs2 (obfs2 protocol specification, "Session establishment"), without I/O.
//
//     each side  SEED 16 | encrypted: MAGIC u32 | PADLEN u32 | padding 0..8192
//
// The key of the encrypted part comes from the sender's own seed, so whoever sees the connection can read
// it: obfs2 hides nothing from somebody who knows the protocol. The specification's text derives the
// responder's padding key from the initiator's seed; deployed peers do not (measured against obfs4proxy
// 0.0.14).
#pragma once

#include <array>
#include <optional>

#include "base/handshake.h"
#include "base/random.h"
#include "base/secret.h"
#include "transport/side.h"

namespace rozaneh::obfs2 {

using transport::Side;

inline constexpr std::size_t kSeedSize = 16;
inline constexpr std::uint32_t kMagic = 0x2BF5CA7E;
inline constexpr std::uint32_t kMostPadding = 8192;

using Seed = std::array<std::uint8_t, kSeedSize>;

// One direction's AES-128 key 16 | first counter 16.
using StreamKey = Secret<32>;

class SeedHandshake final : public Handshake {
 public:
  // `padding` is at most kMostPadding long; its bytes are sent encrypted, whatever they are.
  SeedHandshake(Side side, const Seed& seed, Buffer padding);
  // With a random seed and padding of random length.
  SeedHandshake(Side side, Random& random);

  // Waits for the peer's 24 bytes, then for the padding that they announce, which it does not keep.
  Result<Step> step(Bytes received) override;

  // After the end.
  [[nodiscard]] const StreamKey& send_key() const { return send_key_; }
  [[nodiscard]] const StreamKey& receive_key() const { return receive_key_; }

 private:
  Buffer hello();
  Result<> read_header(Bytes header);
  void derive_keys(Bytes peer_seed);

  Side side_;
  Seed seed_;
  Buffer padding_;
  bool sent_ = false;
  std::optional<std::size_t> padding_left_;  // of the peer's, once its length is known
  StreamKey send_key_;
  StreamKey receive_key_;
};

}  // namespace rozaneh::obfs2
