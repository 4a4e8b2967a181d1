// A frame that was sent and that the peer has not said to have: the record of what a record held.
#pragma once

#include "tunnel/frame.h"
#include "tunnel/piece.h"
#include "tunnel/time.h"

namespace rozaneh::tunnel {

struct Sent {
  // Only DATA is kept as it was; what another frame said is said anew, as it is by then. `passing` stands for
  // a record whose frames are not sent again (DATAGRAM, PING, RETIRE), but that asks for a RECEIVED.
  enum class Kind : std::uint8_t { data, open, opened, reset, window, all, ended, passing };
  Kind kind = Kind::passing;
  bool end = false;                 // data: with END
  ConnectionNumber connection = 0;  // that it was sent on
  std::uint64_t record = 0;         // its record there, counted from 0
  std::uint64_t number = 0;         // the stream's; ended: the connection's
  std::uint64_t offset = 0;         // data
  Piece piece{};                    // data
  Time time{};                      // when it was sent

  [[nodiscard]] bool of_stream() const {
    return kind != Kind::all && kind != Kind::ended && kind != Kind::passing;
  }
};

}  // namespace rozaneh::tunnel
