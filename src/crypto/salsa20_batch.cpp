#include "crypto/salsa20_batch.h"

#include <bit>

#include "base/secret.h"

namespace rozaneh::crypto {

Salsa20Batch::Salsa20Batch(const Salsa20& salsa, std::span<const std::uint8_t, 32> key)
    : salsa_(salsa), key_(key) {}

Salsa20Batch::~Salsa20Batch() { wipe({spare_.front().data(), sizeof spare_}); }

void Salsa20Batch::add(std::uint64_t nonce, std::uint32_t block, MutableBytes bytes) {
  constexpr std::size_t kBlock = SalsaLanes::kBlock;
  const auto low = std::byteswap(static_cast<std::uint32_t>(nonce >> 32));
  const auto high = std::byteswap(static_cast<std::uint32_t>(nonce));
  for (; bytes.size() >= kBlock; bytes = bytes.subspan(kBlock)) add_lane(low, high, block++, bytes.data());
  if (bytes.empty()) return;
  auto& spare = spare_[used_];
  copy(spare, bytes);
  tails_[tail_count_++] = {bytes, used_};
  add_lane(low, high, block, spare.data());
}

void Salsa20Batch::add_lane(std::uint32_t nonce_low, std::uint32_t nonce_high, std::uint32_t block,
                            std::uint8_t* bytes) {
  lanes_.nonce_low[used_] = nonce_low;
  lanes_.nonce_high[used_] = nonce_high;
  lanes_.block[used_] = block;
  lanes_.bytes[used_] = bytes;
  if (++used_ == salsa_.lanes) flush();
}

void Salsa20Batch::flush() {
  if (used_ == 0) return;
  for (std::size_t lane = used_; lane < salsa_.lanes; ++lane) lanes_.bytes[lane] = spare_[lane].data();
  salsa_.xor_blocks(key_.data(), lanes_, used_);
  for (const Tail& tail : std::span(tails_).first(tail_count_)) {
    copy(tail.bytes, std::span(spare_[tail.lane]).first(tail.bytes.size()));
  }
  used_ = tail_count_ = 0;
}

}  // namespace rozaneh::crypto
