// What a session knows of one stream. Only values: session.cpp and its neighbours decide what becomes of
// them.
#pragma once

#include <memory>
#include <optional>

#include "tunnel/fifo.h"
#include "tunnel/reassembly.h"
#include "tunnel/rotation.h"
#include "tunnel/send_queue.h"
#include "tunnel/sent.h"

namespace rozaneh::tunnel {

inline constexpr std::size_t kDatagramHead = 64;  // what keeping a datagram costs beside its bytes

struct WaitingDatagram {
  Target address;
  Buffer bytes;
};

// Datagrams that wait to be sent, or to be read.
struct Flow {
  Fifo<WaitingDatagram> out, in;
};

// Sent by a stream without a rest before it waits behind those that have sent less; and in one of its turns.
inline constexpr std::size_t kLittleSent = 16'384;

struct Stream {
  explicit Stream(StreamNumber its_number) : number(its_number) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() = default;

  const StreamNumber number;
  std::optional<StreamKind> kind;  // server: nullopt until OPEN came
  // Client: until the server is known to have OPEN. Server: until it is accepted or refused.
  std::unique_ptr<Target> target;
  bool opened = false;  // OPENED has come, or is owed or sent

  // The direction that we send in.
  SendQueue unsent;
  Fifo<Sent> again;              // DATA of connections that ended
  std::uint64_t sent = 0;        // the next offset
  std::uint64_t send_limit = 0;  // what the peer takes
  std::size_t in_flight = 0;     // frames of this stream, of whatever kind, that were not told of
  std::size_t sent_lately = 0;   // bytes since it last had nothing to send
  bool finishing = false;        // the owner writes no more
  bool end_sent = false;         // a record held our END
  bool full = false;             // the owner was told that it is not writable

  // The direction that we receive in.
  Reassembly in;
  std::uint64_t seen = 0;              // highest offset
  std::uint64_t take_limit = 0;        // what the peer was told that we take
  std::uint64_t consumed = 0;          // read, or dropped
  std::optional<std::uint64_t> final;  // where it ends, by END or RESET
  bool end_read = false;               // the owner knows of the end
  bool readable_told = false;

  std::unique_ptr<Flow> flow;

  // RESET, by either side: nothing but the exchange of RESETs happens any more.
  bool reset = false;
  bool reset_sent = false;
  ResetReason reason{};
  bool counts = false;  // server: against the number of streams

  // Frames to be sent.
  bool owe_open = false, owe_opened = false, owe_reset = false, owe_window = false;

  Rotation::Place in_control, in_turns, in_flows;

  // END with no bytes to carry it.
  [[nodiscard]] bool owe_end() const { return finishing && !end_sent && !reset && unsent.empty(); }
  [[nodiscard]] bool owes() const { return owe_open || owe_opened || owe_reset || owe_window || owe_end(); }
  [[nodiscard]] bool has_bytes() const { return !again.empty() || (!unsent.empty() && sent < send_limit); }
  // Both directions have ended, as far as frames can tell.
  [[nodiscard]] bool over() const {
    if (!final) return false;
    return reset ? reset_sent : end_sent && in.arrived() == *final;
  }
};

}  // namespace rozaneh::tunnel
