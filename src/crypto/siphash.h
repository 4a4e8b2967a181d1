// SipHash-2-4 with a 64-bit output (Aumasson and Bernstein, "SipHash: a fast short-input PRF", 2012).
#pragma once

#include <array>

#include "base/bytes.h"

namespace rozaneh::crypto {

// A running SipHash over whole blocks of eight bytes. obfs4 hides its lengths with one that is fed its own
// output and read after every block, so reading leaves the state alone. 40 bytes; copyable.
class SipHash {
 public:
  static constexpr std::size_t kKey = 16;
  using Block = std::array<std::uint8_t, 8>;
  using Output = std::array<std::uint8_t, 8>;  // the number, little endian, as the paper writes it

  explicit SipHash(std::span<const std::uint8_t, kKey> key);

  SipHash& update(const Block& block);

  // The hash of the blocks so far.
  [[nodiscard]] Output digest() const { return digest({}); }

  // The hash of the blocks so far and then `tail`, which is at most seven bytes.
  [[nodiscard]] Output digest(Bytes tail) const;

 private:
  void absorb(std::uint64_t word);
  void round();

  std::uint64_t v0_, v1_, v2_, v3_;
  std::uint64_t length_ = 0;  // in bytes
};

// The hash of a message of any length.
[[nodiscard]] SipHash::Output siphash(std::span<const std::uint8_t, SipHash::kKey> key, Bytes message);

}  // namespace rozaneh::crypto
