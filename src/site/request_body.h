// The body of an HTTP/1 request: where it ends, and what it holds for those who want it.
#pragma once

#include "base/bytes.h"
#include "site/request.h"

namespace rozaneh::site {

class RequestBody {
 public:
  explicit RequestBody(const Request& request)
      : chunked_(request.chunked), left_(request.content_length.value_or(0)), done_(!request.has_body()) {}

  // Takes what belongs to the body off `bytes` and answers how much. Its content is appended to `kept`, if
  // any.
  std::size_t feed(Bytes bytes, Buffer* kept = nullptr);
  [[nodiscard]] bool done() const { return done_; }
  // The chunks are none (400 if nothing was answered yet).
  [[nodiscard]] bool bad() const { return state_ == State::bad; }
  // How many bytes must come at the least before it can be done.
  [[nodiscard]] std::uint64_t least() const;

 private:
  enum class State : std::uint8_t {
    start,
    size,
    extension,
    extension_almost_done,
    data,
    after_data,
    after_data_almost_done,
    trailer,
    trailer_almost_done,
    trailer_field,
    trailer_field_almost_done,
    bad,
  };
  std::size_t take(Bytes available, Buffer* kept);
  State step(char letter);
  State step_size(char letter);
  State step_trailer(char letter);
  [[nodiscard]] State after_size_line() const { return left_ == 0 ? State::trailer : State::data; }

  bool chunked_;
  std::uint64_t left_;
  bool done_;
  State state_ = State::start;
};

}  // namespace rozaneh::site
