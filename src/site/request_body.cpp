#include "site/request_body.h"

namespace rozaneh::site {
namespace {

constexpr std::uint64_t kMost = std::uint64_t{1} << 62U;

int hex_value(char letter) {
  if (letter >= '0' && letter <= '9') return letter - '0';
  const char low = static_cast<char>(letter | 0x20);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

}  // namespace

std::size_t RequestBody::take(Bytes available, Buffer* kept) {
  const std::size_t count = std::min<std::uint64_t>(left_, available.size());
  if (kept != nullptr) append(*kept, available.first(count));
  left_ -= count;
  return count;
}

std::size_t RequestBody::feed(Bytes bytes, Buffer* kept) {
  std::size_t used = 0;
  while (!done_ && !bad() && used < bytes.size()) {
    if (!chunked_) {
      used += take(bytes.subspan(used), kept);
      done_ = left_ == 0;
    } else if (state_ == State::data) {
      used += take(bytes.subspan(used), kept);
      if (left_ == 0) state_ = State::after_data;
    } else {
      state_ = step(static_cast<char>(bytes[used]));
      if (!bad()) ++used;
    }
  }
  return used;
}

// As nginx reckons it, with bare line feeds: by this it chooses how long it waits for more.
std::uint64_t RequestBody::least() const {
  constexpr std::uint64_t kLastChunk = 3;
  if (done_ || bad()) return 0;
  if (!chunked_) return left_;
  switch (state_) {
    case State::start:
      return kLastChunk;
    case State::size:
    case State::extension:
    case State::extension_almost_done:
      return left_ > 0 ? left_ + kLastChunk + 2 : 2;
    case State::data:
      return left_ + kLastChunk + 1;
    case State::after_data:
    case State::after_data_almost_done:
      return kLastChunk + 1;
    case State::trailer_field:
    case State::trailer_field_almost_done:
      return 2;
    default:
      return 1;
  }
}

RequestBody::State RequestBody::step_size(char letter) {
  const int digit = hex_value(letter);
  if (state_ == State::start) left_ = 0;
  if (digit >= 0) {
    if (left_ > kMost / 16) return State::bad;
    left_ = left_ * 16 + static_cast<std::uint64_t>(digit);
    return State::size;
  }
  if (state_ == State::start) return State::bad;
  if (letter == '\r') return State::extension_almost_done;
  if (letter == '\n') return after_size_line();
  return letter == ';' || letter == ' ' || letter == '\t' ? State::extension : State::bad;
}

RequestBody::State RequestBody::step_trailer(char letter) {
  switch (state_) {
    case State::trailer:
      done_ = letter == '\n';
      return letter == '\r' ? State::trailer_almost_done : State::trailer_field;
    case State::trailer_almost_done:
      done_ = letter == '\n';
      return done_ ? State::trailer : State::bad;
    case State::trailer_field:
      if (letter == '\r') return State::trailer_field_almost_done;
      return letter == '\n' ? State::trailer : State::trailer_field;
    default:
      return letter == '\n' ? State::trailer : State::bad;
  }
}

RequestBody::State RequestBody::step(char letter) {
  switch (state_) {
    case State::start:
    case State::size:
      return step_size(letter);
    case State::extension:
      if (letter == '\r') return State::extension_almost_done;
      return letter == '\n' ? after_size_line() : State::extension;
    case State::extension_almost_done:
      return letter == '\n' ? after_size_line() : State::bad;
    case State::after_data:
      if (letter == '\r') return State::after_data_almost_done;
      return letter == '\n' ? State::start : State::bad;
    case State::after_data_almost_done:
      return letter == '\n' ? State::start : State::bad;
    default:
      return step_trailer(letter);
  }
}

}  // namespace rozaneh::site
