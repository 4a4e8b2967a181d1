// What a host keeps of each connection and for each stream; for its own sources alone.
#pragma once

#include <algorithm>

#include "tunnel/host.h"

namespace rozaneh::tunnel {

inline constexpr std::size_t kRecordFrame = kRecordHead + kRecordTag;

// One open connection.
struct Host::Link {
  Link(io::Loop& loop, ConnectionNumber which, io::StreamPtr over, Keys keys, const LinkUse& its_use)
      : number(which),
        stream(std::move(over)),
        use(its_use),
        sealer(std::move(keys.send), keys.send_mask),
        opener(std::move(keys.receive), keys.receive_mask),
        to_send(loop),
        written(loop) {}

  // What a next record may take, so that there stays room for a last one.
  [[nodiscard]] std::size_t room() const {
    if (use.send_at_most == 0) return kMaxPlaintext;
    const std::uint64_t kept = kRecordFrame + (at_end() ? 0 : kRecordFrame + Session::kMinRoom);
    const std::uint64_t left = use.send_at_most - std::min(use.sent + kept, use.send_at_most);
    return static_cast<std::size_t>(std::clamp<std::uint64_t>(left, Session::kMinRoom, kMaxPlaintext));
  }
  // The next record is the last one.
  [[nodiscard]] bool at_end() const {
    return use.send_at_most > 0 && use.sent + 2 * (kRecordFrame + Session::kMinRoom) > use.send_at_most;
  }
  [[nodiscard]] bool half_used() const {
    return (use.send_at_most > 0 && use.sent > use.send_at_most / 2) ||
           (use.receive_at_most > 0 && use.received > use.receive_at_most / 2);
  }

  ConnectionNumber number;
  io::StreamPtr stream;
  LinkUse use;
  bool worn = false;  // which was told
  RecordSealer sealer;
  RecordOpener opener;
  Time heard = io::Clock::now();
  Buffer rest;  // the start of a record that has not come as a whole
  io::Event to_send;
  io::Event written;  // the writer is over
  bool writes = true;
  std::shared_ptr<void> telling;  // for who wants to know when the peer has been told of the session's end
  bool ends = false;  // nothing more is to be read: the writer says what there is to say, and ends
};

// Who waits for a stream; kept as long as its StreamOfHost.
struct Host::Waiting {
  explicit Waiting(io::Loop& loop) : readable(loop), writable(loop) {}
  io::Event readable;
  io::Event writable;
  std::optional<Error> failure;
  Bytes to_write;  // of the write that waits, and not with the session yet
  Piece rest;      // of the last piece that was read, where it was more than a chunk
  bool read_to_end = false;
  io::TcpStream* outlet = nullptr;
  std::function<FlowOutlet()> flow_outlet;  // of a flow

  void fail(const Error& error) {
    if (!failure) failure = error;
    readable.notify();
    writable.notify();
  }
};

}  // namespace rozaneh::tunnel
