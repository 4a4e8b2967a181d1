// Looks for the value that ends the peer's padding, however that is cut into reads.
#pragma once

#include <optional>

#include "base/error.h"
#include "transport/obfs3/handshake.h"

namespace rozaneh::obfs3 {

class MagicScanner {
 public:
  // At most so many bytes may stand before the magic: the padding of both places.
  static constexpr std::size_t kMostBefore = std::size_t{2} * kMostPadding;

  explicit MagicScanner(const Secret<kMagicSize>& magic) : magic_(magic) {}

  // How many of the next bytes belong to padding and magic, once the magic's end is among them; nothing
  // before that. Fails when kMostBefore bytes and as many as a magic has came without it, and ever after.
  Result<std::optional<std::size_t>> find(Bytes next);

 private:
  static constexpr std::size_t kMostScanned = kMostBefore + kMagicSize;

  Secret<kMagicSize> magic_;
  Buffer tail_;  // the last bytes so far, which may be the start of the magic
  std::size_t scanned_ = 0;
};

}  // namespace rozaneh::obfs3
