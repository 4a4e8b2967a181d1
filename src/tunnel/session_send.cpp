// How a record is filled: what must be said first, then small streams in turn, then bulk.
#include "tunnel/session.h"

namespace rozaneh::tunnel {
namespace {

constexpr std::size_t kRetireSize = 1;
constexpr std::size_t kCrumb = 64;  // less than this is not worth cutting a stream's bytes for
constexpr std::size_t kLeastTurn = 1'024;
constexpr std::size_t kAllButFull = 128;  // what may be left of a record behind bulk

}  // namespace

class Session::Sender {
 public:
  Sender(Session& session, Connection& connection, MutableBytes room, Time now)
      : session_(session), connection_(connection), out_(room), now_(now) {}

  // The size of the record; 0: there is nothing to send, and nothing has changed.
  std::size_t fill(const Shape& shape, bool is_hello);
  std::size_t close();

 private:
  void put_ended();
  void put_answers_of_others();
  void put_signs();
  void put_all();
  void put_control();
  bool put_owed(Stream& stream);
  void put_datagrams();
  void put_streams();
  Stream* next_stream();
  void serve(Stream& stream);
  [[nodiscard]] std::size_t turn() const;
  std::size_t put_again(Stream& stream, std::size_t most);
  std::size_t put_new(Stream& stream, std::size_t most);
  [[nodiscard]] std::size_t room_for(StreamNumber stream, std::uint64_t offset, std::size_t size) const;
  void put_retire();

  // Writes the frame in the book, so that it is sent again if the connection ends.
  void note(Sent::Kind kind, std::uint64_t number = 0);
  void note_data(Stream& stream, Piece piece, bool end);
  void enter(Sent sent);

  Session& session_;
  Connection& connection_;
  FrameWriter out_;
  const Time now_;
  bool passing_ = false;  // a frame was written that asks for a RECEIVED, but is not sent again
  bool noted_ = false;
};

std::size_t Session::hello(ConnectionNumber number, MutableBytes room, Time now) {
  Connection* connection = live(number);
  if (connection == nullptr || connection->records_sent > 0 || ended_) return 0;
  woken_ = false;
  connection->hello_at = now;
  return Sender(*this, *connection, room.first(std::min(room.size(), kMaxPlaintext)), now).fill({}, true);
}

std::size_t Session::next_record(ConnectionNumber number, MutableBytes room, Time now, const Shape& shape) {
  woken_ = false;
  Connection* connection = live(number);
  if (connection == nullptr) return 0;
  if (connection->retire_sent) return 0;
  Sender sender(*this, *connection, room.first(std::min(room.size(), kMaxPlaintext)), now);
  if (ended_) return close_owed_ && !connection->close_sent ? sender.close() : 0;
  if (!streams_.empty()) used_at_ = now;
  return sender.fill(shape, false);
}

std::size_t Session::Sender::close() {
  out_.put(Close{*session_.ended_});
  connection_.close_sent = true;
  return out_.size();
}

std::size_t Session::Sender::fill(const Shape& shape, bool is_hello) {
  out_.keep(session_.retires(connection_) ? kRetireSize : 0);
  put_ended();
  put_answers_of_others();
  const bool due = out_.size() > 0 || connection_.answer_now;
  const bool answers = (connection_.unanswered > 0 || connection_.answer_now) &&
                       out_.put(Received{connection_.number, connection_.records_received});
  const std::size_t head = out_.size();
  put_signs();
  put_all();
  put_control();
  put_datagrams();
  put_streams();
  out_.keep(0);
  put_retire();
  const bool empty = out_.size() == head && !due;
  if (empty && !is_hello && (!shape.even_if_empty || shape.at_least == 0)) return 0;
  if (passing_ && !noted_) note(Sent::Kind::passing);
  ++connection_.records_sent;
  // A record that is all but full is filled up, so that it is as long as its connection's transport likes
  // best.
  const bool full = !is_hello && out_.left() < kAllButFull;
  out_.pad(full ? out_.size() + out_.left() : std::min(shape.at_least, out_.size() + out_.left()));
  if (answers) session_.answered(connection_);
  return out_.size();
}

void Session::Sender::put_ended() {
  for (auto& [number, other] : session_.connections_) {
    if (other.alive || !other.owe_ended) continue;
    if (!out_.put(Ended{number, other.records_received})) return;
    other.owe_ended = false;
    note(Sent::Kind::ended, number);
  }
}

// A connection's answers go on itself, where they also show that it lives, unless that cannot be.
void Session::Sender::put_answers_of_others() {
  for (auto& [number, other] : session_.connections_) {
    if (!other.alive || !other.answer_now || number == connection_.number) continue;
    if (!other.retire_sent && !other.suspected) continue;
    if (!out_.put(Received{number, other.records_received})) return;
    session_.answered(other);
  }
}

void Session::Sender::put_signs() {
  if (connection_.pong && out_.put(Pong{*connection_.pong})) connection_.pong.reset();
  if (connection_.ping && out_.put(Ping{connection_.records_sent})) {
    connection_.ping = false;
    passing_ = true;
  }
}

void Session::Sender::put_all() {
  if (!session_.owe_all_ || session_.untold_frames_ >= kMaxUntoldFrames) return;
  const std::uint64_t limit = session_.consumed_ + session_.ours_.session_window;
  if (!out_.put(All{limit})) return;
  session_.take_limit_ = limit;
  session_.owe_all_ = false;
  note(Sent::Kind::all);
}

void Session::Sender::put_control() {
  while (!session_.control_.empty() && session_.untold_frames_ < kMaxUntoldFrames) {
    Stream& stream = session_.control_.front();
    if (!put_owed(stream)) return;
    stream.in_control.leave();
    session_.settle(stream);
  }
}

// Whether all that the stream owes was written.
bool Session::Sender::put_owed(Stream& stream) {
  const StreamNumber number = stream.number;
  if (stream.owe_open) {
    if (!out_.put(Open{number, *stream.kind, *stream.target})) return false;
    stream.owe_open = false;
    note(Sent::Kind::open, number);
  }
  if (stream.owe_opened) {
    if (!out_.put(Opened{number})) return false;
    stream.owe_opened = false;
    note(Sent::Kind::opened, number);
  }
  if (stream.owe_window) {
    const std::uint64_t limit = stream.consumed + session_.ours_.stream_window;
    if (!out_.put(Window{number, limit})) return false;
    stream.take_limit = limit;
    stream.owe_window = false;
    note(Sent::Kind::window, number);
  }
  if (stream.owe_reset) {
    if (!out_.put(Reset{number, stream.reason, stream.sent})) return false;
    stream.owe_reset = false;
    stream.reset_sent = true;
    note(Sent::Kind::reset, number);
  }
  if (stream.owe_end()) {
    if (!out_.put(Data{number, stream.sent, {}, true})) return false;
    note_data(stream, {}, true);
  }
  return true;
}

// Half of the room at most while streams wait, so that neither starves the other.
void Session::Sender::put_datagrams() {
  const bool others = session_.again_frames_ > 0 || !(session_.small_.empty() && session_.bulk_.empty());
  const std::size_t keep_free = others ? out_.left() / 2 : 0;
  while (!session_.flows_.empty() && out_.left() > keep_free) {
    if (session_.untold_frames_ >= kMaxUntoldFrames / 2) return;
    Stream& stream = session_.flows_.front();
    const WaitingDatagram& next = stream.flow->out.front();
    if (!out_.put(Datagram{stream.number, next.address, next.bytes})) return;
    passing_ = true;
    session_.datagrams_ -= next.bytes.size() + kDatagramHead;
    stream.flow->out.pop();
    stream.in_flows.leave();
    if (!stream.flow->out.empty()) session_.flows_.enter(stream, stream.in_flows);
  }
}

void Session::Sender::put_streams() {
  while (Stream* stream = next_stream()) {
    const std::size_t before = out_.size();
    serve(*stream);
    const bool more = stream->has_bytes();
    if (more && out_.size() == before) return;  // no room left
    stream->in_turns.leave();
    if (stream->unsent.empty() && stream->again.empty()) stream->sent_lately = 0;
    session_.schedule(*stream);
    session_.tell_writable(*stream);
    session_.settle(*stream);
  }
}

// Those that sent little lately in turn, then the others, if this connection is one for them. Where a window
// holds up what is new, there may still be something to send again.
Stream* Session::Sender::next_stream() {
  const auto sends_again = [](const Stream* stream) { return !stream->again.empty(); };
  const bool blocked = session_.blocked();
  if (blocked && session_.again_frames_ == 0) return nullptr;
  const bool full = connection_.flight.full() && session_.another_usable(connection_);
  for (const Rotation* rotation : {&session_.small_, &session_.bulk_}) {
    if (rotation->empty() || (full && rotation == &session_.bulk_)) continue;
    if (!blocked) return &rotation->front();
    const auto found = std::ranges::find_if(rotation->all(), sends_again);
    if (found != rotation->all().end()) return *found;
  }
  return nullptr;
}

// So much that all who wait have had a turn by the time that the connection brings what may be under way on
// it: little while it is new or slow, so that no stream waits for long behind the others.
std::size_t Session::Sender::turn() const {
  const std::size_t waiting = session_.small_.size() + session_.bulk_.size();
  return std::clamp(connection_.flight.window() / std::max<std::size_t>(waiting, 1), kLeastTurn,
                    kMaxPlaintext);
}

void Session::Sender::serve(Stream& stream) {
  std::size_t most = turn();
  if (stream.sent_lately < kLittleSent)
    most = std::min(most, std::max(kLittleSent - stream.sent_lately, kCrumb));
  while (most > 0) {
    const std::size_t size = out_.size();
    most -= stream.again.empty() ? put_new(stream, most) : put_again(stream, most);
    if (out_.size() == size) return;
  }
}

// How much of `size` bytes is to be written here; 0: nothing, rather than a crumb.
std::size_t Session::Sender::room_for(StreamNumber stream, std::uint64_t offset, std::size_t size) const {
  const std::size_t room = out_.data_room(stream, offset).value_or(0);
  return room < std::min(size, kCrumb) ? 0 : std::min(room, size);
}

std::size_t Session::Sender::put_again(Stream& stream, std::size_t most) {
  Sent& first = stream.again.front();
  const std::size_t size = first.piece.bytes.size();
  const std::size_t part = std::min(room_for(stream.number, first.offset, size), most);
  if (part == 0 && size > 0) return 0;
  const bool whole = part == size;
  if (!out_.put(Data{stream.number, first.offset, first.piece.bytes.first(part), first.end && whole}))
    return 0;
  stream.sent_lately += part;
  if (whole) {
    --session_.again_frames_;
    enter(stream.again.pop());
    return part;
  }
  Sent cut = first;
  cut.piece = first.piece.take(part);
  cut.end = false;
  first.offset += part;
  ++stream.in_flight;
  ++session_.untold_frames_;
  enter(std::move(cut));
  return part;
}

std::size_t Session::Sender::put_new(Stream& stream, std::size_t most) {
  if (session_.blocked() || stream.unsent.empty()) return 0;
  most = std::min<std::uint64_t>(
      {most, stream.send_limit - stream.sent, session_.send_limit_ - session_.sent_, stream.unsent.size()});
  most = room_for(stream.number, stream.sent, most);
  if (most == 0) return 0;
  Piece piece = stream.unsent.take(most);
  const std::size_t size = piece.bytes.size();
  const bool end = stream.finishing && stream.unsent.empty();
  out_.put(Data{stream.number, stream.sent, piece.bytes, end});
  note_data(stream, std::move(piece), end);
  session_.unsent_ -= size;
  stream.sent_lately += size;
  return size;
}

void Session::Sender::put_retire() {
  if (!session_.retires(connection_) || !out_.put(Retire{})) return;
  connection_.retire_sent = passing_ = true;
}

void Session::Sender::note(Sent::Kind kind, std::uint64_t number) {
  Sent sent{.kind = kind, .number = number};
  if (Stream* stream = sent.of_stream() ? session_.find(number) : nullptr) ++stream->in_flight;
  ++session_.untold_frames_;
  enter(std::move(sent));
}

void Session::Sender::note_data(Stream& stream, Piece piece, bool end) {
  const std::size_t size = piece.bytes.size();
  Sent sent{.kind = Sent::Kind::data, .end = end, .number = stream.number, .offset = stream.sent};
  sent.piece = std::move(piece);
  stream.sent += size;
  stream.end_sent = stream.end_sent || end;
  session_.sent_ += size;
  session_.untold_ += size;
  ++session_.untold_frames_;
  ++stream.in_flight;
  enter(std::move(sent));
}

void Session::Sender::enter(Sent sent) {
  sent.connection = connection_.number;
  sent.record = connection_.records_sent;
  sent.time = now_;
  connection_.flight.sent(sent.piece.bytes.size());
  connection_.book.push(std::move(sent));
  noted_ = true;
}

}  // namespace rozaneh::tunnel
