// The frames of the tunnel, version 1: docs/protocols/tunnel.md, "Frames".
//
// A record's plaintext is frames one behind the other. The reader takes them out of it without copying (only
// the name in a target is copied, 255 bytes at most); the writer puts them into a record's room.
#pragma once

#include <optional>
#include <variant>

#include "base/address.h"
#include "base/bytes.h"
#include "base/reader.h"
#include "tunnel/error.h"
#include "wire/varint.h"

namespace rozaneh::tunnel {

using ConnectionNumber = std::uint64_t;  // a connection's place in its session
using StreamNumber = std::uint64_t;      // a stream's, counted by the client from 0

inline constexpr std::size_t kMaxPlaintext = 16'384;  // of one record
inline constexpr std::size_t kMaxDatagram = 1'452;    // what one DATAGRAM carries

// The wire's number; another one than these is a kind that a later version may know.
enum class StreamKind : std::uint8_t { tcp = 1, udp = 2 };

// Why a stream was reset. 1 to 8 are the codes of SocksReply; others may be added.
enum class ResetReason : std::uint64_t { given_up = 0, too_many_streams = 9, connection_failed = 10 };

// Why a session ended.
enum class CloseReason : std::uint64_t { done = 0, violation = 1, server = 2, idle = 3 };

struct Padding {};  // all that is left of the record
struct Ping {
  std::uint64_t token = 0;
};
struct Pong {
  std::uint64_t token = 0;
};
struct Received {
  ConnectionNumber connection = 0;
  std::uint64_t count = 0;  // records taken on it, the hello among them
};
struct Ended {
  ConnectionNumber connection = 0;
  std::uint64_t count = 0;
};
struct Retire {};
struct Open {
  StreamNumber stream = 0;
  StreamKind kind = StreamKind::tcp;
  Target target;
};
struct Opened {
  StreamNumber stream = 0;
};
struct Reset {
  StreamNumber stream = 0;
  ResetReason reason{};
  std::uint64_t sent = 0;  // the offset behind the last byte that its sender ever sent
};
struct Window {
  StreamNumber stream = 0;
  std::uint64_t limit = 0;
};
struct All {
  std::uint64_t limit = 0;
};
struct Datagram {
  StreamNumber stream = 0;
  Target address;
  Bytes bytes;  // at most kMaxDatagram
};
struct Close {
  CloseReason reason{};
};
struct Data {
  StreamNumber stream = 0;
  std::uint64_t offset = 0;  // offset + size does not exceed kMaxVarint
  Bytes bytes;
  bool end = false;  // nothing comes behind these bytes
};
struct Unknown {
  std::uint8_t type = 0;  // 64 or more
  Bytes bytes;
};

using Frame = std::variant<Padding, Ping, Pong, Received, Ended, Retire, Open, Opened, Reset, Window, All,
                           Datagram, Close, Data, Unknown>;

// Takes the frames of one record.
class FrameReader {
 public:
  explicit FrameReader(Bytes plaintext) : in_(plaintext) {}

  // The next frame, whose views are the plaintext's; nullopt behind the last one. Fails with
  // TunnelError::violation for what is no frame, and is not to be called again then.
  Result<std::optional<Frame>> next();

 private:
  Reader in_;
};

// Writes frames into a record's room, one behind the other. A `put` that does not fit answers false and
// changes nothing. Numbers are at most kMaxVarint, names 1..255 bytes, datagrams at most kMaxDatagram.
class FrameWriter {
 public:
  explicit FrameWriter(MutableBytes room) : room_(room) {}

  // Keeps the last `kept` bytes of the room for what is put after the next call with 0.
  void keep(std::size_t kept) { kept_ = kept; }

  bool put(const Ping& frame);
  bool put(const Pong& frame);
  bool put(const Received& frame);
  bool put(const Ended& frame);
  bool put(const Retire& frame);
  bool put(const Open& frame);
  bool put(const Opened& frame);
  bool put(const Reset& frame);
  bool put(const Window& frame);
  bool put(const All& frame);
  bool put(const Datagram& frame);
  bool put(const Close& frame);
  bool put(const Data& frame);

  // Fills up to `size` bytes with PADDING; does nothing if the record is as long already.
  void pad(std::size_t size);

  // How many bytes of a stream a DATA frame could still carry; nullopt: not even an empty one fits.
  [[nodiscard]] std::optional<std::size_t> data_room(StreamNumber stream, std::uint64_t offset) const;

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t left() const { return room_.size() - kept_ - size_; }

  // Takes everything behind `size` back.
  void rewind(std::size_t size) { size_ = size; }

 private:
  template <class... Numbers>
  bool put_numbers(std::uint8_t type, Numbers... numbers);
  bool put_addressed(std::uint8_t type, StreamNumber stream, Bytes middle, std::optional<Bytes> tail);
  void add(Bytes bytes);
  void add_varint(std::uint64_t value);

  MutableBytes room_;
  std::size_t size_ = 0;
  std::size_t kept_ = 0;
};

}  // namespace rozaneh::tunnel
