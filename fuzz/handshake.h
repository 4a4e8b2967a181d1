// Fuzzes a handshake: drives it over the input twice, in one read and in small ones, and aborts where the two
// differ, where it uses bytes that it was not given, or where it holds more than it may.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>

#include "base/handshake.h"

namespace rozaneh::fuzz {

inline void require(bool holds) {
  if (!holds) std::abort();
}

struct Ending {
  Buffer sent;
  std::size_t consumed = 0;
  bool done = false;
  std::string failure;

  bool operator==(const Ending&) const = default;
  [[nodiscard]] bool waiting() const { return !done && failure.empty(); }
};

// One step over input[ending.consumed, end); whether it got on.
inline bool step(Handshake& handshake, Bytes received, Ending& ending) {
  const Buffer exact(received.begin(), received.end());  // so that a read past the end is seen
  auto step = handshake.step(exact);
  if (!step) {
    ending.failure = step.error().message();
    return false;
  }
  require(step->consumed <= received.size());
  append(ending.sent, step->send);
  ending.consumed += step->consumed;
  ending.done = step->done;
  if (step->failure) ending.failure = step->failure->message();
  return !step->needs_more();
}

inline Ending drive(Handshake& handshake, Bytes input, std::size_t read_size, std::size_t most_held) {
  Ending ending;
  step(handshake, {}, ending);
  for (std::size_t end = 0; end < input.size() && ending.waiting();) {
    end += std::min(read_size, input.size() - end);
    while (ending.waiting() && ending.consumed < end &&
           step(handshake, input.subspan(ending.consumed, end - ending.consumed), ending)) {
    }
    require(!ending.waiting() || end - ending.consumed <= most_held);
  }
  return ending;
}

// `make` makes a fresh handshake; `most_held` is the most bytes that it may wait for.
template <class Make>
void fuzz_handshake(const Make& make, Bytes input, std::size_t most_held) {
  auto whole = make();
  const auto expected = drive(whole, input, std::max<std::size_t>(1, input.size()), most_held);
  // Byte by byte while the input is short; a long one in some hundred reads, or the time goes into copies.
  for (const std::size_t read_size : {1 + input.size() / 256, 7 + input.size() / 64}) {
    auto split = make();
    require(drive(split, input, read_size, most_held) == expected);
  }
}

}  // namespace rozaneh::fuzz
