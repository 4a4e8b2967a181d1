#include "crypto/salsa20_core.h"

namespace rozaneh::crypto {

void salsa20_avx2(const std::uint8_t* key, const SalsaLanes& lanes, std::size_t count) {
  xor_blocks<8>(key, lanes, count);
}

}  // namespace rozaneh::crypto
