// What a session knows of one stream of HTTP/2.
#pragma once

#include <memory>

#include "site/body.h"
#include "site/h2_frame.h"

namespace rozaneh::site {

struct H2Stream {
  // Where its life stands: its fields are being read, then its body where that is kept; it waits for an
  // answer, its answer is on its way, or it carries the two directions of a tunnel.
  enum class State : std::uint8_t { reading, sending, waiting, answering, tunnel };

  State state = State::reading;
  Request request;
  bool has_scheme = false;
  bool has_path = false;
  bool in_ended = false;  // the client sends nothing more
  std::int64_t send_window = kH2Window;
  std::int64_t receive_window = 65536;

  std::unique_ptr<Body> body;
  std::shared_ptr<const void> source;  // whatever makes the answer: ends with the stream

  // A tunnel's bytes under way, or the body as far as it came.
  Buffer inbound;
  Buffer outbound;
  bool out_finished = false;

  // Of a tunnel: nothing more comes, and all of ours has left.
  [[nodiscard]] bool both_ended() const { return in_ended && out_finished && outbound.empty(); }
};

}  // namespace rozaneh::site
