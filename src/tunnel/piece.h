// Bytes that somebody shares in keeping, so that they are handed on and kept until told of without a copy.
#pragma once

#include <memory>

#include "base/bytes.h"

namespace rozaneh::tunnel {

// `bytes` lies in what `owner` keeps alive (shared, since parts of it wait in several records), and is never
// written to again. What it keeps should not be much more than the bytes: only they are counted.
struct Piece {
  std::shared_ptr<const void> owner;
  Bytes bytes;

  // A copy of its own, of exactly that size.
  static Piece copy_of(Bytes bytes) {
    auto own = std::make_shared_for_overwrite<std::uint8_t[]>(bytes.size());
    const MutableBytes at(own.get(), bytes.size());
    copy(at, bytes);
    return {std::move(own), at};
  }

  // Cuts `count` bytes off its front.
  Piece take(std::size_t count) {
    Piece front{owner, bytes.first(count)};
    bytes = bytes.subspan(count);
    return front;
  }
};

}  // namespace rozaneh::tunnel
