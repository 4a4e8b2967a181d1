// A protocol's opening exchange, without I/O: it is told what has been received and answers with one step.
//
// How it is driven (one generic adaptor does this over a Stream):
//   1. call step() once at the start with whatever has been received (nothing, as a rule); a side that
//      speaks first answers with bytes to send, the other with an empty step;
//   2. send `send`, drop `consumed` bytes from the front of what was received;
//   3. if `failure` is set, the exchange ends with that error; if `done`, it is over and what was not
//      consumed belongs to what follows;
//   4. if the step consumed or sent something and bytes are left, call step() again at once with the rest;
//      otherwise read more and call it again with all that is not consumed, old bytes first.
// How the input is cut into reads never changes what is sent or how the exchange ends.
//
// Every handshake states the most it waits for; once that much is there without progress, it fails by
// itself. So a driver needs no limit of its own, only a time-out.
#pragma once

#include <cstddef>
#include <optional>

#include "base/bytes.h"
#include "base/error.h"

namespace rozaneh {

struct Step {
  Buffer send{};             // to be sent now, before anything else happens
  std::size_t consumed = 0;  // how many of the received bytes are used up
  bool done = false;         // the exchange is over
  // A refusal with a last word: `send` goes out, then the exchange ends with this error.
  std::optional<Error> failure{};

  // Whether nothing can happen before more is received.
  [[nodiscard]] bool needs_more() const { return send.empty() && consumed == 0 && !done && !failure; }
};

class Handshake {
 public:
  virtual ~Handshake() = default;

  // `received` is everything received and not yet consumed. An error means: nothing more to say, close.
  // Not to be called again once it was done or failed.
  virtual Result<Step> step(Bytes received) = 0;
};

}  // namespace rozaneh
