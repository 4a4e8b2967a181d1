// What a server did when it was probed.
#pragma once

#include <string>

#include "base/bytes.h"
#include "lab/packet/moment.h"

namespace rozaneh::lab {

struct Reaction {
  enum class End {
    answered,  // with bytes, and the prober had seen enough
    closed,    // a FIN
    reset,     // a RST
    timeout,   // the prober gave up
    refused,   // there was no connection
  };

  std::string probe;         // its name
  std::size_t sent = 0;      // bytes
  std::size_t answered = 0;  // bytes that came back, whatever the end
  Buffer answer{};           // the first of them, at most 256
  End end = End::timeout;
  Moment after{};  // since the connection was made
  bool confirmed = false;

  // Whether it ended the connection without a word.
  [[nodiscard]] bool hung_up() const { return answered == 0 && (end == End::closed || end == End::reset); }
};

constexpr std::string_view name_of(Reaction::End end) {
  switch (end) {
    case Reaction::End::answered:
      return "answered";
    case Reaction::End::closed:
      return "closed (FIN)";
    case Reaction::End::reset:
      return "reset (RST)";
    case Reaction::End::timeout:
      return "no answer";
    case Reaction::End::refused:
      return "no connection";
  }
  return "";
}

}  // namespace rozaneh::lab
