#include "site/pipe.h"

#include <limits>

namespace rozaneh::site {
namespace {

constexpr std::size_t kFromFile = 32 * 1024;

Request shape_of(const BodyEnd& end) {
  Request shape;
  shape.chunked = end.chunked;
  if (!end.chunked) shape.content_length = end.length;
  return shape;
}

}  // namespace

Pipe::Pipe(const BodyEnd& end, std::size_t head, bool buffered)
    : body_(shape_of(end)),
      to_the_end_(!end.chunked && !end.length),
      buffered_(buffered),
      capacity_(kBuffer - std::min(head, kBuffer)) {
  if (!to_the_end_ && body_.done()) ending_ = Coming::State::complete;
}

std::uint64_t Pipe::least() const {
  return to_the_end_ ? std::numeric_limits<std::uint64_t>::max() : body_.least();
}

std::size_t Pipe::feed(Bytes bytes) {
  std::size_t used = 0;
  while (!ended() && !full() && used < bytes.size()) {
    const Bytes part = bytes.subspan(used, std::min(bytes.size() - used, capacity_ - current_.size()));
    append(current_, part);
    used += part.size();
    if (current_.size() == capacity_) close_buffer();
  }
  return used;
}

void Pipe::pause() {
  if (ended()) return;
  const bool is_first = capacity_ < kBuffer;
  const bool goes =
      buffered_ ? !current_.empty() && current_.size() >= least() : !current_.empty() || is_first;
  if (goes) close_buffer();
}

void Pipe::close_buffer() {
  capacity_ = kBuffer;
  Buffer content;
  if (to_the_end_)
    content = std::move(current_);
  else
    body_.feed(current_, &content);
  current_ = Buffer();
  // An empty one, unbuffered, only says that the head is to go out.
  if (!content.empty() || !buffered_) ready_.push_back(std::move(content));
  if (body_.bad())
    ending_ = Coming::State::broken;
  else if (!to_the_end_ && body_.done())
    ending_ = Coming::State::complete;
}

void Pipe::end(bool failed) {
  if (ended()) return;
  if (!failed && !current_.empty()) close_buffer();
  if (ended()) return;
  ending_ = to_the_end_ && !failed ? Coming::State::complete : Coming::State::cut;
}

bool Pipe::spill() {
  if (!buffered_) return false;
  while (!ready_.empty()) {
    if (!spool_.add(ready_.front())) return false;
    ready_.pop_front();
  }
  return true;
}

std::optional<Piece> Pipe::take() {
  if (ending_ == Coming::State::broken || !has_piece()) return std::nullopt;
  if (!spool_.empty()) {
    Piece piece{spool_.take(kFromFile), false};
    if (piece.bytes.empty()) ending_ = Coming::State::broken;  // the file cannot be read
    return piece;
  }
  Piece piece{std::move(ready_.front()), !buffered_};
  ready_.pop_front();
  const std::size_t more = !buffered_ ? 0 : ended() ? ready_.size() : std::min(ready_.size(), kAtOnce - 1);
  for (std::size_t i = 0; i < more; ++i) {
    append(piece.bytes, ready_.front());
    ready_.pop_front();
  }
  return piece;
}

Coming::State Pipe::state() const {
  return has_piece() && ending_ != Coming::State::broken ? Coming::State::coming : ending_;
}

}  // namespace rozaneh::site
