#include "crypto/siphash.h"

#include <bit>
#include <cassert>

namespace rozaneh::crypto {
namespace {

std::uint64_t load_little(Bytes bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) word |= std::uint64_t{bytes[i]} << (8 * i);
  return word;
}

}  // namespace

SipHash::SipHash(std::span<const std::uint8_t, kKey> key) {
  const std::uint64_t k0 = load_little(key.first<8>());
  const std::uint64_t k1 = load_little(key.last<8>());
  // Section 2.1: the constants spell "somepseudorandomlygeneratedbytes".
  v0_ = k0 ^ 0x736f6d6570736575U;
  v1_ = k1 ^ 0x646f72616e646f6dU;
  v2_ = k0 ^ 0x6c7967656e657261U;
  v3_ = k1 ^ 0x7465646279746573U;
}

SipHash& SipHash::update(const Block& block) {
  absorb(load_little(block));
  length_ += block.size();
  return *this;
}

SipHash::Output SipHash::digest(Bytes tail) const {
  assert(tail.size() < 8);
  SipHash last = *this;
  // Section 2.2: the last word ends in the length modulo 256.
  last.absorb(load_little(tail) | (length_ + tail.size()) << 56U);
  last.v2_ ^= 0xffU;
  for (int i = 0; i < 4; ++i) last.round();
  const std::uint64_t word = last.v0_ ^ last.v1_ ^ last.v2_ ^ last.v3_;
  Output out;
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(word >> (8 * i));
  return out;
}

void SipHash::absorb(std::uint64_t word) {
  v3_ ^= word;
  round();
  round();
  v0_ ^= word;
}

void SipHash::round() {
  v0_ += v1_;
  v2_ += v3_;
  v1_ = std::rotl(v1_, 13) ^ v0_;
  v3_ = std::rotl(v3_, 16) ^ v2_;
  v0_ = std::rotl(v0_, 32);
  v2_ += v1_;
  v0_ += v3_;
  v1_ = std::rotl(v1_, 17) ^ v2_;
  v3_ = std::rotl(v3_, 21) ^ v0_;
  v2_ = std::rotl(v2_, 32);
}

SipHash::Output siphash(std::span<const std::uint8_t, SipHash::kKey> key, Bytes message) {
  SipHash hash(key);
  for (; message.size() >= 8; message = message.subspan(8)) {
    SipHash::Block block;
    copy(block, message.first(8));
    hash.update(block);
  }
  return hash.digest(message);
}

}  // namespace rozaneh::crypto
