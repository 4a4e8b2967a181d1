#include "site/body.h"

#include <utility>

namespace rozaneh::site {
namespace {

constexpr std::size_t kGzipInput = 32 * 1024;  // output_buffers: a file is read by so much
constexpr std::size_t kGzipOutput = 4 * 1024;  // gzip_buffers: only full ones leave before the end
constexpr std::size_t kPostpone = 1460;        // postpone_output

}  // namespace

Body::Body(Answer& answer) : content_(std::move(answer.content)), coming_(std::move(answer.coming)) {
  if (answer.head_only) return;
  parts_ = std::move(answer.parts);
  skip_finished();
  if (answer.gzip_of) gzip_.emplace(*answer.gzip_of);
}

void Body::skip_finished() {
  while (!at_end() && in_text_ >= parts_[part_].text.size() && parts_[part_].from >= parts_[part_].to) {
    ++part_;
    in_text_ = 0;
  }
}

std::size_t Body::read_plain(MutableBytes room) {
  std::size_t filled = 0;
  bool has_content = false;
  while (!at_end() && filled < room.size()) {
    Part& part = parts_[part_];
    const MutableBytes rest = room.subspan(filled);
    if (in_text_ < part.text.size()) {
      const std::string_view text = std::string_view(part.text).substr(in_text_, rest.size());
      copy(rest, bytes_of(text));
      in_text_ += text.size();
      filled += text.size();
    } else {
      // nginx reads the next piece of a file when the last has left.
      if (std::exchange(has_content, true)) break;
      const std::size_t wanted = std::min<std::uint64_t>(rest.size(), part.to - part.from);
      const std::size_t count = content_->read(part.from, rest.first(wanted));
      broken_ = count == 0;
      if (broken_) break;
      part.from += count;
      filled += count;
    }
    skip_finished();
  }
  return filled;
}

std::size_t Body::read_gzip(MutableBytes room) {
  Buffer input(kGzipInput);
  std::size_t ready = compressed_.size() / kGzipOutput * kGzipOutput;
  while (!finished_ && ready == 0) {
    const std::size_t count = read_plain(input);
    if (broken_) return 0;
    finished_ = at_end();
    gzip_->add(Bytes(input).first(count), finished_ ? Gzip::Then::end : Gzip::Then::more, compressed_);
    ready = compressed_.size() / kGzipOutput * kGzipOutput;
  }
  const std::size_t count = std::min(finished_ ? compressed_.size() : ready, room.size());
  copy(room, Bytes(compressed_).first(count));
  compressed_.erase(compressed_.begin(), compressed_.begin() + static_cast<std::ptrdiff_t>(count));
  return count;
}

bool Body::done() const {
  if (coming_) return ended_ && told_ && piece_.empty();
  return at_end() && compressed_.empty() && (!gzip_ || finished_);
}

bool Body::ready() {
  while (coming_ && piece_.empty() && !ended_ && !broken_) {
    auto piece = coming_->take();
    const Coming::State state = coming_->state();
    if (piece)
      add(std::move(*piece));
    else if (state == Coming::State::complete)
      end();
    else if (state == Coming::State::coming)
      return false;
    else if (state == Coming::State::cut && gzip_ && !std::exchange(finished_, true))
      add({{}, true});  // what it has had
    else
      broken_ = true;
  }
  return true;
}

void Body::add(Piece piece) {
  if (!gzip_) {
    // What is small goes out with the end, if that is there (postpone_output).
    const bool waits = !piece.flush && piece.bytes.size() < kPostpone;
    ended_ = waits && coming_->state() == Coming::State::complete;
    piece_ = std::move(piece.bytes);
    return;
  }
  gzip_->add(piece.bytes, piece.flush ? Gzip::Then::flush : Gzip::Then::more, compressed_);
  const std::size_t ready = piece.flush ? compressed_.size() : compressed_.size() / kGzipOutput * kGzipOutput;
  piece_.assign(compressed_.begin(), compressed_.begin() + static_cast<std::ptrdiff_t>(ready));
  compressed_.erase(compressed_.begin(), compressed_.begin() + static_cast<std::ptrdiff_t>(ready));
}

void Body::end() {
  ended_ = true;
  if (!gzip_) return;
  gzip_->add({}, Gzip::Then::end, compressed_);
  piece_ = std::exchange(compressed_, {});
}

std::size_t Body::read_coming(MutableBytes room) {
  if (!ready() || broken_) return 0;
  const std::size_t count = std::min(room.size(), piece_.size());
  copy(room, Bytes(piece_).first(count));
  piece_.erase(piece_.begin(), piece_.begin() + static_cast<std::ptrdiff_t>(count));
  told_ = ended_;
  return count;
}

std::size_t Body::read(MutableBytes room) {
  if (broken_) return 0;
  if (coming_) return read_coming(room);
  return gzip_ ? read_gzip(room) : read_plain(room);
}

}  // namespace rozaneh::site
