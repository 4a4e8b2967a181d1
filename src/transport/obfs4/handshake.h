// The two hellos of obfs4, without I/O.
//
//     client  X' 32 | padding 77..8128 | mark 16 | MAC 16                          141..8192 bytes
//     server  Y' 32 | AUTH 32 | padding 0..8051 | mark 16 | MAC 16 | seed frame 45  141..8192 bytes
//
// The marks are HMACs of the representatives under what the bridge line says, the MACs of all that stands
// before them and the hour. Sizes as measured against obfs4proxy 0.0.14, where the specification differs.
#pragma once

#include <chrono>
#include <functional>

#include "base/handshake.h"
#include "crypto/obfuscated_key.h"
#include "transport/obfs4/ntor.h"

namespace rozaneh::obfs4 {

inline constexpr std::size_t kMarkSize = 16;
inline constexpr std::size_t kMacSize = 16;
inline constexpr std::size_t kRepresentativeSize = 32;
inline constexpr std::size_t kLargestHello = 8192;
inline constexpr std::size_t kLeastHello = 141;
inline constexpr std::uint32_t kLeastClientPadding = 77;
inline constexpr std::uint32_t kMostClientPadding = 8128;
inline constexpr std::uint32_t kMostServerPadding = 8051;

// Whole hours since 1970, by which a hello ages.
using EpochHour = std::int64_t;
EpochHour epoch_hour(std::chrono::system_clock::time_point now);

// Makes the client's padding; its length is its own to choose, within the limits.
using PaddingSource = std::function<Buffer(Random&)>;
// Uniform length, uniform bytes.
Buffer plain_padding(Random& random);

class ClientHandshake final : public Handshake {
 public:
  ClientHandshake(const BridgeId& bridge, crypto::ObfuscatedKeyPair keys, EpochHour hour, Buffer padding);

  // Waits for at most 8192 bytes. What is not consumed is the start of the server's frames.
  Result<Step> step(Bytes received) override;

  // After the end: client to server | server to client.
  [[nodiscard]] const Secret<2 * kFrameKeySize>& frame_keys() const { return frame_keys_; }

 private:
  Buffer hello();

  BridgeId bridge_;
  crypto::ObfuscatedKeyPair keys_;
  std::string hour_;
  Buffer padding_;
  bool sent_ = false;
  Secret<2 * kFrameKeySize> frame_keys_;
};

class ServerHandshake final : public Handshake {
 public:
  // Whether a hello's MAC was seen before; it is remembered by asking. Asked only for MACs that are right.
  using Replayed = std::function<bool(Bytes mac)>;
  // Makes the seed frame, once the keys are there.
  using SeedFrame = std::function<Buffer(const Secret<2 * kFrameKeySize>&)>;

  // `identity` outlives the handshake.
  ServerHandshake(const ServerIdentity& identity, crypto::ObfuscatedKeyPair keys, EpochHour hour,
                  Random& random, Replayed replayed, SeedFrame seed_frame);

  // The hello must be the last thing received: bytes behind it in the same read get no answer. Fails at 8192
  // bytes without a mark. After a failure nothing is to be sent.
  Result<Step> step(Bytes received) override;

  // From now on no hello is answered.
  void expire() { expired_ = true; }

  [[nodiscard]] const Secret<2 * kFrameKeySize>& frame_keys() const { return frame_keys_; }

 private:
  std::optional<std::string> hour_of(Bytes signed_part, Bytes mac) const;
  Buffer hello(const NtorResult& ntor, std::string_view client_hour);

  const ServerIdentity& identity_;
  Buffer hmac_key_;
  crypto::ObfuscatedKeyPair keys_;
  EpochHour hour_;
  Random& random_;
  Replayed replayed_;
  SeedFrame seed_frame_;
  bool expired_ = false;
  std::optional<std::array<std::uint8_t, kMarkSize>> mark_;
  Secret<2 * kFrameKeySize> frame_keys_;
};

}  // namespace rozaneh::obfs4
