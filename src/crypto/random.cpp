#include "crypto/random.h"

#include <sodium.h>
#include <sys/random.h>

#include <cstdlib>

#include "crypto/sodium.h"

namespace rozaneh::crypto {
namespace {

constexpr std::size_t kKey = 32;

// A key is used for one stream only, so every stream may have the same nonce.
constexpr std::array<std::uint8_t, crypto_stream_chacha20_NONCEBYTES> kNonce{};

}  // namespace

SystemRandom::SystemRandom() {
  start_sodium();
  if (getentropy(block_.bytes().data(), kKey) != 0) std::abort();
}

void SystemRandom::fill(MutableBytes out) {
  if (out.size() <= kBuffered) return take(out);
  // A long fill gets a stream and a key of its own, written straight to its place.
  Secret<kKey> key;
  take(key.bytes());
  crypto_stream_chacha20(out.data(), out.size(), kNonce.data(), key.bytes().data());
}

void SystemRandom::take(MutableBytes out) {
  while (!out.empty()) {
    if (used_ == block_.kSize) refill();
    const auto source = block_.bytes().subspan(used_);
    const auto count = std::min(out.size(), source.size());
    copy(out, source.first(count));
    wipe(source.first(count));
    used_ += count;
    out = out.subspan(count);
  }
}

void SystemRandom::refill() {
  Secret<kKey> key(block_.bytes().first<kKey>());
  crypto_stream_chacha20(block_.bytes().data(), block_.kSize, kNonce.data(), key.bytes().data());
  used_ = kKey;
}

SeededRandom::SeededRandom(std::span<const std::uint8_t, 32> seed) {
  start_sodium();
  copy(seed_, seed);
}

SeededRandom::SeededRandom(std::uint64_t seed) {
  start_sodium();
  for (std::size_t i = 0; i < 8; ++i) seed_[i] = static_cast<std::uint8_t>(seed >> (8 * i));
}

void SeededRandom::fill(MutableBytes out) {
  while (!out.empty()) {
    if (used_ == block_.size()) refill();
    const auto source = Bytes(block_).subspan(used_);
    const auto count = std::min(out.size(), source.size());
    copy(out, source.first(count));
    used_ += count;
    out = out.subspan(count);
  }
}

void SeededRandom::refill() {
  block_.fill(0);
  crypto_stream_chacha20_xor_ic(block_.data(), block_.data(), block_.size(), kNonce.data(), counter_,
                                seed_.data());
  counter_ += block_.size() / 64;
  used_ = 0;
}

}  // namespace rozaneh::crypto
