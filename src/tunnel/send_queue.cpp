#include "tunnel/send_queue.h"

namespace rozaneh::tunnel {

void SendQueue::push(Piece piece) {
  if (piece.bytes.empty()) return;
  size_ += piece.bytes.size();
  if (piece.bytes.size() >= kSmall) {
    tail_.reset();
    pieces_.push(std::move(piece));
  } else if (tail_ && tail_->size() + piece.bytes.size() <= kSmall) {
    append(*tail_, piece.bytes);
    pieces_.back().bytes = *tail_;
  } else {
    tail_ = std::make_shared<Buffer>(piece.bytes.begin(), piece.bytes.end());
    pieces_.push({tail_, *tail_});
  }
}

Piece SendQueue::take(std::size_t most) {
  if (pieces_.size() == 1) tail_.reset();
  Piece& front = pieces_.front();
  Piece taken = most < front.bytes.size() ? front.take(most) : pieces_.pop();
  size_ -= taken.bytes.size();
  return taken;
}

void SendQueue::clear() {
  pieces_.clear();
  tail_.reset();
  size_ = 0;
}

}  // namespace rozaneh::tunnel
