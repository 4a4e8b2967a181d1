#include "front/shape.h"

namespace rozaneh::front {

io::Task<Result<io::Chunk>> FirstAnswerStream::read() {
  if (!std::exchange(gathered_, true)) co_await gather();
  if (!held_.empty()) co_return next_piece();
  if (behind_) co_return *std::exchange(behind_, std::nullopt);
  if (!plain_) plain_ = awaited_->release();
  if (!plain_) co_return co_await awaited_->read();
  co_return co_await plain_->read();
}

io::Task<> FirstAnswerStream::gather() {
  auto chunk = co_await awaited_->read();  // whenever it comes
  const auto until = io::Clock::now() + how_.hold;
  while (chunk && !chunk->empty() && take(*chunk)) {
    if (held_.size() >= tls::kMaxPlaintext) co_return;
    const bool more = co_await awaited_->wait(until - io::Clock::now());
    if (!more) co_return;
    chunk = co_await awaited_->read();
  }
  behind_ = std::move(chunk);
}

// Whether there was room for it.
bool FirstAnswerStream::take(io::Chunk& chunk) {
  if (held_.empty()) {
    held_ = std::move(chunk);
    return true;
  }
  if (chunk.size() > held_.room().size()) return false;
  copy(held_.room(), chunk.bytes());
  held_.grow(chunk.size());
  return true;
}

io::Chunk FirstAnswerStream::next_piece() {
  if (how_.pieces.empty() || how_.pieces.front() >= held_.size()) return std::move(held_);
  io::Chunk piece = loop_.pool().borrow();
  piece.assign(held_.bytes().first(how_.pieces.front()));
  held_.drop_front(piece.size());
  how_.pieces = how_.pieces.subspan(1);
  return piece;
}

}  // namespace rozaneh::front
