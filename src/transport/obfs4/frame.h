// Frames: packets sealed in secretboxes, their lengths masked. No I/O.
#pragma once

#include <optional>

#include "base/error.h"
#include "base/secret.h"
#include "crypto/secretbox.h"
#include "transport/obfs4/drbg.h"
#include "transport/obfs4/packet.h"

namespace rozaneh::obfs4 {

// One direction's part of the key material: secretbox key 32 | nonce prefix 16 | SipHash key 16 | SipHash
// block 8.
inline constexpr std::size_t kFrameKeySize = 72;
using FrameKey = std::span<const std::uint8_t, kFrameKeySize>;

// Makes frames. Lay out packets with `add`, then `seal` them all at once, which is what makes it fast.
class FrameEncoder {
 public:
  explicit FrameEncoder(FrameKey key);

  // A burst under construction: frames one behind the other in a borrowed buffer.
  class Burst {
   public:
    static constexpr std::size_t kMostFrames = 64;

    // `wire` outlives the burst; it must have room for what is added.
    Burst(FrameEncoder& encoder, MutableBytes wire) : encoder_(encoder), wire_(wire) {}

    // Adds one frame; payload and padding together are at most kLargestPayload.
    void add(PacketType type, Bytes payload, std::size_t padding = 0);
    // Adds frames of padding until the burst, with `before` bytes that wait in front of it, ends `target`
    // bytes behind a whole number of segments; 21 bytes later where the gap is of 1 to 21 bytes (measured
    // against obfs4proxy 0.0.14).
    void pad_to(std::size_t target, std::size_t before = 0);
    // Seals all frames; answers the bytes of the burst.
    std::size_t seal();

    [[nodiscard]] std::size_t size() const { return size_; }

   private:
    FrameEncoder& encoder_;
    MutableBytes wire_;
    std::size_t size_ = 0;
    std::size_t count_ = 0;
    std::array<crypto::Box, kMostFrames> boxes_;
  };

 private:
  crypto::SecretBox box_;
  Drbg lengths_;
  std::uint64_t counter_ = 1;
};

// Opens frames.
class FrameDecoder {
 public:
  // Called with each packet in order: its type and payload, valid during the call only.
  class Sink {
   public:
    virtual ~Sink() = default;
    virtual void packet(PacketType type, MutableBytes payload) = 0;
  };

  explicit FrameDecoder(FrameKey key);

  // Opens all whole frames at the front of `wire`, in place; answers how many bytes they took. Fails, now and
  // with every later call, at a frame that is forged, damaged or holds no packet; the packets before it have
  // been handed out. A length out of range is not told from a forged frame: a random length is read first,
  // drawn from `random`, so that the moment of the failure says nothing about the mask.
  Result<std::size_t> open(MutableBytes wire, Random& random, Sink& sink);

  // Whether the next call fails.
  [[nodiscard]] bool failed() const { return failure_.has_value(); }

 private:
  bool next_length(MutableBytes wire, Random& random);

  crypto::SecretBox box_;
  Drbg lengths_;
  std::uint64_t counter_ = 1;
  std::uint16_t length_ = 0;  // of the box whose length has been read; 0: none
  bool forged_length_ = false;
  std::optional<Error> failure_;
};

}  // namespace rozaneh::obfs4
