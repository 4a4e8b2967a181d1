// What was written to a stream and not yet sent.
#pragma once

#include "tunnel/fifo.h"
#include "tunnel/piece.h"

namespace rozaneh::tunnel {

class SendQueue {
 public:
  // Pieces up to this size are copied, one behind the other as long as they wait, so that what is kept is
  // about what is counted.
  static constexpr std::size_t kSmall = 4'096;

  void push(Piece piece);
  // Up to `most` bytes from the front, out of one piece; there are some.
  Piece take(std::size_t most);
  void clear();

  // All of it, in order.
  [[nodiscard]] const Fifo<Piece>& pieces() const { return pieces_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }

 private:
  Fifo<Piece> pieces_;
  std::shared_ptr<Buffer> tail_;  // the last piece's bytes, if it is ours and nothing of it was taken yet
  std::size_t size_ = 0;
};

}  // namespace rozaneh::tunnel
