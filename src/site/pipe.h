// How nginx passes an answer on while it comes (ngx_event_pipe), without any I/O; measured against 1.22.1
// with `proxy_buffering` on, its default, and off.
//
//     upstream -- feed --> buffer of 4 KiB --full, or it may be the end--> up to 9 of them -- take -->
//     visitor
//                                                                             \-- spill --> file --/
//
// Buffered, bytes wait until their buffer is full, until the end, or until they could hold what is left of
// the body (so chunks come through as they came). Unbuffered, what was read goes out as it is.
#pragma once

#include <deque>

#include "site/coming.h"
#include "site/request_body.h"
#include "site/spool.h"

namespace rozaneh::site {

// How the end of an answer's body is told.
struct BodyEnd {
  bool chunked = false;
  std::optional<std::uint64_t> length = std::nullopt;  // where neither: by the connection's end
};

class Pipe {
 public:
  static constexpr std::size_t kBuffer = 4096;  // proxy_buffer_size, and each of proxy_buffers
  static constexpr std::size_t kBuffers = 9;    // proxy_buffers 8, and the one that the head came in
  static constexpr std::size_t kAtOnce = 2;     // proxy_busy_buffers_size, in buffers

  // `head`: how much of the first buffer the answer's head took.
  Pipe(const BodyEnd& end, std::size_t head, bool buffered);

  // From upstream: takes what there is room for, and answers how much.
  std::size_t feed(Bytes bytes);
  // All that was at hand has been fed.
  void pause();
  // The connection has ended, or it failed: then what is not in a full buffer is lost, as with nginx.
  void end(bool failed);
  // Nothing more is to be fed.
  [[nodiscard]] bool ended() const { return ending_ != Coming::State::coming; }

  // No room: wait until something has been taken, or spill. False: the file is full.
  [[nodiscard]] bool full() const { return ready_.size() >= kBuffers; }
  bool spill();

  // To the visitor.
  std::optional<Piece> take();
  [[nodiscard]] bool has_piece() const { return !spool_.empty() || !ready_.empty(); }
  [[nodiscard]] Coming::State state() const;
  [[nodiscard]] bool buffered() const { return buffered_; }

 private:
  void close_buffer();
  [[nodiscard]] std::uint64_t least() const;

  RequestBody body_;  // it ends as one of a request does
  bool to_the_end_;
  bool buffered_;
  std::size_t capacity_;
  Buffer current_;            // as it came
  std::deque<Buffer> ready_;  // the content of full buffers
  Spool spool_;               // what came before those
  Coming::State ending_ = Coming::State::coming;
};

}  // namespace rozaneh::site
