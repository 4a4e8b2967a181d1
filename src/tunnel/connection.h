// What a session knows of one of its connections: what was sent on it and not told of, what came, how long an
// answer takes.
#pragma once

#include <optional>

#include "tunnel/fifo.h"
#include "tunnel/flight.h"
#include "tunnel/sent.h"

namespace rozaneh::tunnel {

struct Connection {
  Connection(ConnectionNumber its_number, Time now) : number(its_number), told_at(now), heard_at(now) {}

  const ConnectionNumber number;
  bool alive = true;

  // What we send.
  std::uint64_t records_sent = 0;
  Fifo<Sent> book;  // oldest record first
  Flight flight;    // of the streams' bytes in there
  Time told_at;     // when the peer last told of something new
  Time heard_at;    // when a record last came
  std::optional<Time> hello_at;
  std::optional<Duration> round_trip;  // smoothed as TCP does (RFC 6298): one eighth of each new one
  bool suspected = false;
  bool over_told = false;
  bool ping = false;
  std::optional<std::uint64_t> pong;
  bool retiring = false, retire_sent = false;
  bool close_sent = false;

  // What we received.
  std::uint64_t records_received = 0;
  std::size_t unanswered = 0;     // of records that ask for a RECEIVED: bytes, and some for each frame
  std::optional<Time> answer_at;  // when it is to be sent at the latest
  bool answer_now = false;
  bool retired = false;  // RETIRE has come

  // Once it has ended.
  bool owe_ended = false;
  bool ended_told = false;  // the peer has our ENDED, or needs none
  bool ended_came = false;

  [[nodiscard]] bool usable() const { return alive && !retire_sent; }

  void measure(Duration sample) {
    round_trip = round_trip ? *round_trip + (sample - *round_trip) / 8 : sample;
  }

  // How long a record may stay unanswered: four round trips, within bounds.
  [[nodiscard]] Duration patience() const {
    using std::chrono::milliseconds;
    if (!round_trip) return milliseconds(4'000);
    return std::clamp<Duration>(*round_trip * 4, milliseconds(500), milliseconds(4'000));
  }

  // When it becomes suspect; nullopt: nothing is under way, or it is already. On a slow path an answer waits
  // behind all that the peer sent before it: as long as that comes, it is waited for, but not forever.
  [[nodiscard]] std::optional<Time> suspect_at() const {
    if (!alive || suspected || book.empty()) return std::nullopt;
    const Time asked = std::max(book.front().time, told_at);
    return std::min(std::max(asked, heard_at) + patience(), asked + kLongestWait);
  }

  static constexpr std::chrono::seconds kLongestWait{30};
};

}  // namespace rozaneh::tunnel
