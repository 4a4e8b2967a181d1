#include "transport/obfs4/drbg.h"

namespace rozaneh::obfs4 {

Drbg::Drbg(std::span<const std::uint8_t, kSeedSize> seed) : hash_(seed.first<16>()) {
  copy(last_, seed.last<8>());
}

Drbg::Block Drbg::next() {
  hash_.update(last_);
  last_ = hash_.digest();
  return last_;
}

void SeededRandom::fill(MutableBytes out) {
  while (!out.empty()) {
    const Drbg::Block block = drbg_.next();
    const std::size_t count = std::min(out.size(), block.size());
    copy(out, Bytes(block).first(count));
    out = out.subspan(count);
  }
}

}  // namespace rozaneh::obfs4
