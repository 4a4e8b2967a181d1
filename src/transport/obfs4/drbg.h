// The deterministic stream of 8-byte blocks that masks frame lengths and seeds shape tables.
#pragma once

#include <array>

#include "base/random.h"
#include "crypto/siphash.h"

namespace rozaneh::obfs4 {

inline constexpr std::size_t kSeedSize = 24;  // SipHash key 16 | initial block 8

// A seed as it travels in a PRNG seed packet.
using Seed = std::array<std::uint8_t, kSeedSize>;

// Block n is SipHash-2-4(key, initial block | block 1 | ... | block n-1), taken little endian: one running
// hash. The published specification hashes the last block alone; deployed peers do not (measured against
// obfs4proxy 0.0.14).
class Drbg {
 public:
  using Block = std::array<std::uint8_t, 8>;

  explicit Drbg(std::span<const std::uint8_t, kSeedSize> seed);

  Block next();

 private:
  crypto::SipHash hash_;
  Block last_;
};

// The same stream as a source of randomness, for tables that both runs of a bridge shall share.
class SeededRandom final : public Random {
 public:
  explicit SeededRandom(const Seed& seed) : drbg_(seed) {}
  void fill(MutableBytes out) override;

 private:
  Drbg drbg_;
};

}  // namespace rozaneh::obfs4
