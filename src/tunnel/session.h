// A session of the tunnel, without I/O: docs/protocols/tunnel.md says what it does on the wire.
//
// Its owner brings connections, each as soon as a hello is to be sent or was taken, and for each of them
//   - asks for the next record's plaintext whenever the connection can take one (next_record: it is made at
//     the last moment, so nothing waits in a connection that could have gone by another one), and
//   - hands in the plaintext of each record that came (receive);
// and calls tick() at next_time(). It opens, reads and writes streams by their numbers. What the session has
// to say in between it says to its Observer, which must not call back into the session, only mark and return.
//
// The session decides what goes into which record, keeps what the peer was not told to have received, and
// sends it again when its connection ended. What a peer can make it keep is bounded (Retained); a peer that
// breaks the protocol ends the session. A number of a stream that is no more may still be used: nothing
// happens.
#pragma once

#include <map>
#include <set>

#include "tunnel/connection.h"
#include "tunnel/frame.h"
#include "tunnel/parameters.h"
#include "tunnel/snapshot.h"
#include "tunnel/stream.h"

namespace rozaneh::tunnel {

enum class Role { client, server };

// Told while a call into the session runs; must not call the session from there.
class Observer {
 public:
  virtual ~Observer() = default;

  // There may be something to send: next_record is worth a call on every connection that waits for it.
  virtual void to_send() = 0;
  // Server: a client opened a stream. Its bytes can be read at once; accept or reset it.
  virtual void incoming(StreamNumber stream, StreamKind kind, const Target& target) = 0;
  // Client: the server has opened it; always before readable().
  virtual void opened(StreamNumber stream) = 0;
  // Client: a stream is gone, so that open() may succeed again.
  virtual void can_open() = 0;
  // There are bytes, a datagram or the end to read. Told again only after read() had nothing more.
  virtual void readable(StreamNumber stream) = 0;
  // writable() is worth a call again, after it had said 0.
  virtual void writable(StreamNumber stream) = 0;
  // The peer reset it: what was not read is gone, what is written is dropped.
  virtual void reset(StreamNumber stream, ResetReason reason) = 0;
  // The connection has not answered in time: join another one beside it, then detach it.
  virtual void suspect(ConnectionNumber connection) = 0;
  // The connection is of no more use (the peer ended it, or both retired and all is told): close it, detach
  // it.
  virtual void over(ConnectionNumber connection) = 0;
  // The session has ended, with all its streams. next_record still gives each connection its CLOSE once, if
  // it was this side that ended it; then close them.
  virtual void closed(CloseReason reason) = 0;
};

// What a session keeps, in bytes and numbers.
struct Retained {
  std::size_t unsent = 0;  // bytes written that no record held yet
  std::size_t untold = 0;  // bytes sent that the peer has not said to have
  std::size_t untold_frames = 0;
  std::size_t unread = 0;     // memory of bytes received that were not read
  std::size_t datagrams = 0;  // that wait, both ways
  std::size_t streams = 0;
  std::size_t connections = 0;  // those that ended, too, until both sides know it
};

// How a record is to look from outside.
struct Shape {
  std::size_t at_least = 0;    // bytes of plaintext, reached by PADDING; at most the room
  bool even_if_empty = false;  // give a record of PADDING alone, if there is nothing to send
};

class Session {
 public:
  // The most that is sent without being told of: bytes, and frames.
  static constexpr std::size_t kMaxUntold = std::size_t{2} << 20U;
  static constexpr std::size_t kMaxUntoldFrames = 4'096;
  static constexpr std::size_t kMaxDatagrams = 64;                         // that wait in a flow, each way
  static constexpr std::size_t kMaxDatagramBytes = std::size_t{1} << 20U;  // that wait in all
  static constexpr std::size_t kMinRoom = 2'048;                           // one datagram fits
  static constexpr std::chrono::hours kIdle{1};                            // without any stream
  static constexpr std::chrono::milliseconds kAnswerDelay{25};
  static constexpr std::size_t kAnswerBytes = 65'536;

  // `observer` outlives the session; `ours` is what we take of the peer.
  Session(Role role, const Parameters& ours, Observer& observer, Time now);
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;
  ~Session() = default;

  // What the peer's first hello said: a server calls it before all else, a client when the session is there.
  void peer_says(const Parameters& theirs);

  // --- connections ---

  // A connection begins: the client is about to write its hello, the server has opened one. False: the number
  // was used, or is 64 or more below the highest (the server answers status 1).
  bool attach(ConnectionNumber connection, Time now);
  // It ended, or is given up: what it held that was not told of is sent again, on another one. Calling it
  // twice does no harm. A client whose session is not there yet may attach the number again.
  void detach(ConnectionNumber connection, Time now);
  // The frames of our hello: the connection's first record, even if it holds nothing. May be given no room.
  std::size_t hello(ConnectionNumber connection, MutableBytes room, Time now);
  // The server has not taken the frames of our hello (EARLY 0): they are sent again.
  void refuse_early(ConnectionNumber connection);
  // How much is to be under way on it beyond what is, a record at least; no bound where it is the only one.
  [[nodiscard]] std::size_t allowance(ConnectionNumber connection) const;
  // Writes the plaintext of the connection's next record into `room` and says its size; 0: nothing to send
  // now. `room` has at least kMinRoom bytes; more than kMaxPlaintext are not used.
  std::size_t next_record(ConnectionNumber connection, MutableBytes room, Time now, const Shape& shape = {});
  // Takes a record's plaintext (the frames of the peer's hello as the first, be there any or none, unless the
  // server does not take them). A failure has ended the session.
  Result<> receive(ConnectionNumber connection, Bytes plaintext, Time now);
  // Nothing more of ours goes on this connection, once its next record is written.
  void retire(ConnectionNumber connection);
  // Whether the peer has retired it.
  [[nodiscard]] bool retired(ConnectionNumber connection) const;
  // Asks the peer for a sign of life on it, with its next record.
  void ping(ConnectionNumber connection);
  // The smoothed round trip; nullopt: not measured yet.
  [[nodiscard]] std::optional<Duration> round_trip(ConnectionNumber connection) const;

  // --- time ---

  // When tick() has something to do; nullopt: the session has ended. Changes with every other call.
  [[nodiscard]] std::optional<Time> next_time() const;
  void tick(Time now);

  // --- streams ---

  // Client. nullopt: as many are open as the server allows, or the session has ended. A name has 1..255
  // bytes.
  std::optional<StreamNumber> open(StreamKind kind, const Target& target, Time now);
  // Server: answers OPENED.
  void accept(StreamNumber stream);
  // How many bytes it makes sense to write now. More is taken, but what waits should not exceed it by more
  // than one piece.
  [[nodiscard]] std::size_t writable(StreamNumber stream);
  // Small pieces are copied, large ones kept as they are.
  void write(StreamNumber stream, Piece piece);
  void write(StreamNumber stream, Bytes bytes);
  // Nothing more is written.
  void finish(StreamNumber stream);
  // Ends both directions; the observer is not told. Whoever loses interest in a stream calls it.
  void reset(StreamNumber stream, ResetReason reason);

  struct Read {
    enum class State { bytes, wait, end, gone };
    State state = State::gone;  // gone: reset by either side, or read to its end before
    Piece piece;                // not empty with State::bytes
  };
  // The next bytes, and gives their window back.
  Read read(StreamNumber stream);

  // --- datagrams, on streams of kind udp ---

  // False: dropped, since it is too long, too many wait, or there is no connection.
  bool send_datagram(StreamNumber stream, const Target& address, Bytes bytes);
  struct ReceivedDatagram {
    Target address;
    Buffer bytes;
  };
  // nullopt: none waits. Whether the flow has ended is said by read().
  std::optional<ReceivedDatagram> receive_datagram(StreamNumber stream);

  // --- the whole ---

  // Ends the session and all its streams; the observer's closed() is not called for it.
  void close(CloseReason reason);
  // Whether bytes of streams wait that were never sent.
  [[nodiscard]] bool has_unsent() const { return unsent_ > 0; }

  [[nodiscard]] std::optional<CloseReason> ended() const { return ended_; }
  [[nodiscard]] std::size_t live_connections() const { return live_; }
  [[nodiscard]] Retained retained() const;

  // Server: all that there is to know of it at this moment, for another program that goes on with it. It has
  // not ended. Datagrams that wait are not in it: they may be lost.
  [[nodiscard]] SessionSnapshot snapshot(Time now) const;
  // Goes on from there, first of all: `from.ours` are its parameters. Streams that were neither accepted nor
  // refused are told of again, as incoming.
  void restore(const SessionSnapshot& from, Time now);

 private:
  class Sender;    // fills one record: session_send.cpp
  class Receiver;  // takes one record: session_receive.cpp

  void end(CloseReason reason);
  void wake();
  [[nodiscard]] bool pending() const;
  [[nodiscard]] bool blocked() const;

  Connection* live(ConnectionNumber number);
  [[nodiscard]] Duration life() const;
  void lose(Connection& connection, Time now);
  void take_back(Connection& connection);
  // The same where it is sure that nothing was taken, and the records' numbers will be used again.
  void take_back_untaken(Connection& connection);
  void take_back(Sent&& sent);
  void forget_if_over(ConnectionNumber number);
  void forget_old(Time now);
  void mark_used(ConnectionNumber number);
  [[nodiscard]] bool used(ConnectionNumber number) const;
  void told(Connection& connection, std::uint64_t count, Time now);
  void told(const Sent& sent);
  void no_more_untold(const Sent& sent);
  void answered(Connection& connection);
  void cancel_again(ConnectionNumber connection, std::uint64_t count);
  void check_retired(Connection& connection);
  // Its next record is to be our last one on it.
  [[nodiscard]] bool retires(const Connection& connection) const;
  [[nodiscard]] bool another_usable(const Connection& connection) const;

  Stream* find(StreamNumber number);
  Stream& make(StreamNumber number);
  void owe(Stream& stream) { control_.enter(stream, stream.in_control); }
  void schedule(Stream& stream);
  void abandon(Stream& stream);
  void drop_again(Stream& stream);
  void drop_flow(Stream& stream);
  void settle(Stream& stream);
  void tell_readable(Stream& stream);
  void tell_writable(Stream& stream);
  void drop_datagrams(Fifo<WaitingDatagram>& queue);
  [[nodiscard]] std::size_t budget() const;
  void give_back(std::uint64_t bytes);
  void restore(const StreamSnapshot& from);
  void restore(Stream& stream, const UntoldSnapshot& untold);

  const Role role_;
  const Parameters ours_;
  Parameters theirs_{.stream_window = kEarlyWindow, .session_window = kEarlyWindow, .streams = kEarlyStreams};
  bool there_ = false;  // both sides know of the session
  Observer& observer_;
  std::optional<CloseReason> ended_;
  bool close_owed_ = false;  // the peer has not ended it
  bool woken_ = false;       // to_send was called, and next_record not since

  std::map<ConnectionNumber, Connection> connections_;
  std::size_t live_ = 0;
  std::optional<ConnectionNumber> highest_connection_;
  std::uint64_t used_connections_ = 0;  // bit i: the highest less i was used
  Time lost_at_;                        // if no connection is alive
  Time used_at_;                        // when a stream last was of use

  Rotation control_;  // streams that owe a frame other than DATA; all four outlive the streams
  Rotation small_;    // streams with something to send that sent little lately
  Rotation bulk_;     // the others
  Rotation flows_;    // with datagrams to send

  std::map<StreamNumber, Stream> streams_;
  std::set<StreamNumber> unseen_;   // server: lower than one seen, on their way by another connection
  StreamNumber next_stream_ = 0;    // all below were opened, as far as is known
  std::uint64_t open_streams_ = 0;  // server: that count against its limit

  // Windows over all streams: offsets that count all of them.
  std::uint64_t sent_ = 0, send_limit_ = kEarlyWindow;
  std::uint64_t seen_ = 0, consumed_ = 0, take_limit_;
  bool owe_all_ = false;

  std::size_t unsent_ = 0, untold_ = 0, untold_frames_ = 0, again_frames_ = 0;
  std::size_t datagrams_ = 0;  // bytes that wait, both ways
};

}  // namespace rozaneh::tunnel
