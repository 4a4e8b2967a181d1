// Sources of randomness: the real one, and one that repeats itself for tests and simulations.
#pragma once

#include <array>

#include "base/random.h"
#include "base/secret.h"

namespace rozaneh::crypto {

// Unpredictable bytes at the price of a ChaCha20 stream, which the kernel keys once.
//
// Each refill overwrites its own key first and each byte is wiped as it is handed out, so bytes given out
// before cannot be computed from the memory of later ("fast key erasure"). One object a thread: it takes
// no lock. Not for use on both sides of a fork(), which would give both the same bytes.
class SystemRandom final : public Random {
 public:
  // Draws 32 bytes from the kernel, waiting at boot until it has them; ends the program if it has none.
  SystemRandom();
  SystemRandom(const SystemRandom&) = delete;
  SystemRandom& operator=(const SystemRandom&) = delete;

  void fill(MutableBytes out) override;

 private:
  static constexpr std::size_t kBuffered = 512;

  void refill();
  void take(MutableBytes out);

  Secret<32 + kBuffered> block_;  // the next key, then the bytes to hand out
  std::size_t used_ = 32 + kBuffered;
};

// The ChaCha20 stream of a 32-byte seed: the same seed gives the same bytes, however the fills divide
// them. Never for keys that protect anybody.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(std::span<const std::uint8_t, 32> seed);
  explicit SeededRandom(std::uint64_t seed);  // the number, little endian, in an otherwise zero seed

  void fill(MutableBytes out) override;

 private:
  void refill();

  std::array<std::uint8_t, 32> seed_{};
  std::array<std::uint8_t, 512> block_{};
  std::size_t used_ = 512;
  std::uint64_t counter_ = 0;  // of ChaCha20 blocks, 64 bytes each
};

}  // namespace rozaneh::crypto
