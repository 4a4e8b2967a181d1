// A server's session at one moment, as it is handed to the program that takes the server's place
// (docs/protocols/hand-over.md). Its connections count as ended: what they held that was not told of stands
// with the streams, to be sent again.
//
// One that was taken of a session shares its pieces with it. One that was decoded borrows them from the bytes
// that it was decoded from.
#pragma once

#include <optional>
#include <vector>

#include "tunnel/credential.h"
#include "tunnel/frame.h"
#include "tunnel/hello.h"
#include "tunnel/opening.h"
#include "tunnel/piece.h"

namespace rozaneh::tunnel {

struct ConnectionSnapshot {
  ConnectionNumber number = 0;
  std::uint64_t records_sent = 0;
  std::uint64_t records_received = 0;
  bool ended_told = false;
  bool ended_came = false;
};

// Sent on a connection, and not told of.
struct UntoldSnapshot {
  ConnectionNumber connection = 0;
  std::uint64_t record = 0;
  std::uint64_t offset = 0;
  bool end = false;
  Piece piece;
};

struct StreamSnapshot {
  StreamNumber number = 0;
  std::optional<StreamKind> kind;  // none: its OPEN has not come
  std::optional<Target> target;    // asked for, neither accepted nor refused yet
  bool opened = false;
  bool counts = false;

  std::uint64_t sent = 0;
  std::uint64_t send_limit = 0;
  std::vector<Piece> unsent;
  std::vector<UntoldSnapshot> untold;
  bool finishing = false;
  bool end_sent = false;

  std::uint64_t seen = 0;
  std::uint64_t take_limit = 0;
  std::uint64_t arrived = 0;
  std::vector<Piece> unread;  // the last bytes before `arrived`
  struct Early {
    std::uint64_t offset = 0;
    Piece piece;
  };
  std::vector<Early> early;  // behind `arrived`, with gaps
  bool ends = false;         // at `seen`
  bool end_read = false;

  bool reset = false;
  bool reset_sent = false;
  ResetReason reason{};
  bool owe_opened = false, owe_reset = false, owe_window = false;

  [[nodiscard]] std::uint64_t unread_size() const;
  // Its owner has nothing more to do with it.
  [[nodiscard]] bool is_left() const { return reset || (finishing && end_read); }
};

struct SessionSnapshot {
  Parameters ours;
  Parameters theirs;
  std::chrono::milliseconds unused{};  // for so long no stream was of use

  std::optional<ConnectionNumber> highest_connection;
  std::uint64_t used_connections = 0;
  std::vector<ConnectionSnapshot> connections;  // by number

  StreamNumber next_stream = 0;
  std::vector<StreamNumber> unseen;     // in order
  std::vector<StreamSnapshot> streams;  // by number
  std::uint64_t sent = 0, send_limit = 0;
  std::uint64_t seen = 0, consumed = 0, take_limit = 0;
  bool owe_all = false;

  StreamSnapshot* find(StreamNumber number);
};

// Where a stream goes on behind the server.
struct OutletSnapshot {
  StreamNumber stream = 0;
  std::uint64_t socket = 0;  // the connection's name, which stays the same in every process (SO_COOKIE)
  bool shut = false;         // we have ended our direction
  bool read_to_end = false;  // the stream's owner has seen its end
  std::vector<Piece> held;   // read off the stream, and not taken by the connection
};

// Where a UDP flow goes on behind the server.
struct FlowSnapshot {
  StreamNumber stream = 0;
  Target only;                         // all that it may send to; 0.0.0.0:0: to any
  std::vector<std::uint64_t> sockets;  // one of each address family, by their names as above
  std::vector<Endpoint> remotes;       // of whom something is taken, those sent to last at the end
};

// A session and what belongs to it.
struct ServedSnapshot {
  SessionId name{};
  SessionSecret secret;
  Endpoint client;
  std::optional<CredentialHash> user{};  // whose it is, where only users have sessions
  SessionSnapshot session;
  std::vector<OutletSnapshot> outlets;
  std::vector<FlowSnapshot> flows{};
};

// What can be wrong is that somebody else made the bytes: fails with TunnelError::malformed. Everything that
// a session relies on is checked, so that one can be made of whatever was decoded.
Buffer encode(const ServedSnapshot& served);
Result<ServedSnapshot> decode_served(Bytes bytes);

}  // namespace rozaneh::tunnel
