// Gathers the blocks of many messages under one key, and has them made whenever the lanes are full.
#pragma once

#include <array>

#include "base/bytes.h"
#include "crypto/salsa20.h"

namespace rozaneh::crypto {

// Lives on the stack for one batch (3 KiB). What it held of keystream is wiped when it dies.
class Salsa20Batch {
 public:
  // Both are borrowed.
  Salsa20Batch(const Salsa20& salsa, std::span<const std::uint8_t, 32> key);
  ~Salsa20Batch();
  Salsa20Batch(const Salsa20Batch&) = delete;
  Salsa20Batch& operator=(const Salsa20Batch&) = delete;

  // XORs the keystream of a message, from its 64-byte block number `block` on, onto `bytes`; done when
  // flush() returns. `nonce` is the 8 bytes of the nonce read as a big-endian number.
  void add(std::uint64_t nonce, std::uint32_t block, MutableBytes bytes);

  void flush();

 private:
  // The last bytes of a message, less than a block, pass through the spare of their lane.
  struct Tail {
    MutableBytes bytes;
    std::size_t lane;
  };

  void add_lane(std::uint32_t nonce_low, std::uint32_t nonce_high, std::uint32_t block, std::uint8_t* bytes);

  const Salsa20& salsa_;
  std::span<const std::uint8_t, 32> key_;
  std::size_t used_ = 0;
  std::size_t tail_count_ = 0;
  SalsaLanes lanes_{};
  std::array<Tail, SalsaLanes::kMost> tails_;
  std::array<std::array<std::uint8_t, SalsaLanes::kBlock>, SalsaLanes::kMost> spare_{};
};

}  // namespace rozaneh::crypto
