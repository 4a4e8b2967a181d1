// What a peer's record does. Nothing in it is believed: each frame that says what cannot be ends the session.
#include "tunnel/session.h"

namespace rozaneh::tunnel {
namespace {

// What a frame counts beside its bytes until it is answered, so that many small ones are answered soon, too.
constexpr std::size_t kFrameCost = 64;
constexpr ResetReason kNoSuchKind{7};  // "command not supported", as SOCKS5 has it

}  // namespace

class Session::Receiver {
 public:
  Receiver(Session& session, Connection& connection, Time now)
      : session_(session), connection_(connection), now_(now) {}

  Result<> take(Bytes plaintext);

 private:
  // What is wrong with a frame; nullptr: nothing.
  using Fault = const char*;

  Fault on(const Padding&) { return nullptr; }
  Fault on(const Ping& frame);
  Fault on(const Pong&) { return nullptr; }
  Fault on(const Received& frame);
  Fault on(const Ended& frame);
  Fault on(const Retire&);
  Fault on(const Open& frame);
  Fault on(const Opened& frame);
  Fault on(const Reset& frame);
  Fault on(const Window& frame);
  Fault on(const All& frame);
  Fault on(const Datagram& frame);
  Fault on(const Close& frame);
  Fault on(const Data& frame);
  Fault on(const Unknown&) { return nullptr; }

  Fault found(StreamNumber number, Stream*& stream);
  Fault see(Stream& stream, std::uint64_t offset);
  Fault ended_unseen(const Ended& frame);
  void opened_by_server(Stream& stream);
  void opened_by_client(Stream& stream, const Open& frame);
  void ask(std::size_t size);

  Session& session_;
  Connection& connection_;
  const Time now_;
  bool asks_ = false;  // for a RECEIVED
  std::size_t frames_ = 0;
};

Result<> Session::receive(ConnectionNumber number, Bytes plaintext, Time now) {
  Connection* connection = live(number);
  if (connection == nullptr || ended_) return {};
  connection->heard_at = now;
  auto taken = Receiver(*this, *connection, now).take(plaintext);
  if (!taken) {
    close_owed_ = true;
    end(CloseReason::violation);
    return taken;
  }
  if (!ended_) forget_old(now);  // not before: a peer's ENDED may make this very connection an old one
  if (!streams_.empty()) used_at_ = now;
  wake();
  return {};
}

Result<> Session::Receiver::take(Bytes plaintext) {
  if (connection_.retired) return fail(TunnelError::violation, "a record behind RETIRE");
  if (connection_.records_received++ == 0 && connection_.hello_at && !connection_.round_trip)
    connection_.measure(now_ - *connection_.hello_at);
  FrameReader in(plaintext);
  while (!session_.ended_) {
    const auto frame = in.next();
    if (!frame) return std::unexpected(frame.error());
    if (!*frame) break;
    if (connection_.retired && !std::holds_alternative<Padding>(**frame))
      return fail(TunnelError::violation, "a frame behind RETIRE");
    const bool quiet = std::holds_alternative<Padding>(**frame) || std::holds_alternative<Pong>(**frame) ||
                       std::holds_alternative<Received>(**frame);
    asks_ = asks_ || !quiet;
    ++frames_;
    if (Fault fault = std::visit([this](const auto& one) { return on(one); }, **frame))
      return fail(TunnelError::violation, fault);
  }
  if (asks_) ask(plaintext.size());
  return {};
}

void Session::Receiver::ask(std::size_t size) {
  connection_.unanswered += size + frames_ * kFrameCost;
  if (connection_.unanswered >= kAnswerBytes) connection_.answer_now = true;
  if (!connection_.answer_at) connection_.answer_at = now_ + kAnswerDelay;
}

Session::Receiver::Fault Session::Receiver::on(const Ping& frame) {
  connection_.pong = frame.token;
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Received& frame) {
  const auto at = session_.connections_.find(frame.connection);
  if (at == session_.connections_.end())
    return session_.used(frame.connection) ? nullptr : "RECEIVED for a connection that there was not";
  if (frame.count > at->second.records_sent) return "RECEIVED for more than was sent";
  session_.told(at->second, frame.count, now_);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Ended& frame) {
  const auto at = session_.connections_.find(frame.connection);
  if (at == session_.connections_.end()) return ended_unseen(frame);
  Connection& ended = at->second;
  if (&ended == &connection_) return "ENDED on the connection itself";
  if (frame.count > ended.records_sent) return "ENDED with more than was sent";
  session_.told(ended, frame.count, now_);
  if (ended.alive) {
    session_.lose(ended, now_);
    session_.observer_.over(frame.connection);
  }
  ended.ended_came = true;
  session_.forget_if_over(frame.connection);
  return nullptr;
}

// A client's hello that never came, or the end of a connection that is forgotten.
Session::Receiver::Fault Session::Receiver::ended_unseen(const Ended& frame) {
  if (session_.used(frame.connection)) return nullptr;
  if (session_.role_ == Role::client) return "ENDED for a connection that there was not";
  if (frame.count > 0) return "ENDED with more than was sent";
  session_.mark_used(frame.connection);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Retire&) {
  connection_.retired = true;
  session_.check_retired(connection_);
  return nullptr;
}

// The stream that a frame is for; none if it is over.
Session::Receiver::Fault Session::Receiver::found(StreamNumber number, Stream*& stream) {
  stream = session_.find(number);
  if (stream != nullptr) return nullptr;
  if (session_.role_ == Role::client) return number < session_.next_stream_ ? nullptr : "no such stream";
  if (number < session_.next_stream_) {
    if (session_.unseen_.erase(number) > 0) stream = &session_.make(number);
    return nullptr;
  }
  const std::uint64_t opened = number - session_.next_stream_ + 1;
  if (opened > session_.ours_.streams - session_.open_streams_) return "more streams than allowed";
  session_.open_streams_ += opened;
  for (; session_.next_stream_ < number; ++session_.next_stream_)
    session_.unseen_.insert(session_.unseen_.end(), session_.next_stream_);
  ++session_.next_stream_;
  stream = &session_.make(number);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Open& frame) {
  if (session_.role_ == Role::client) return "OPEN from a server";
  Stream* stream = nullptr;
  if (Fault fault = found(frame.stream, stream)) return fault;
  if (stream == nullptr || stream->kind || stream->reset) return nullptr;
  if (frame.kind == StreamKind::udp && stream->seen > 0) return "bytes on a UDP flow";
  if (frame.kind != StreamKind::udp && stream->flow) return "a datagram on a TCP stream";
  opened_by_client(*stream, frame);
  return nullptr;
}

void Session::Receiver::opened_by_client(Stream& stream, const Open& frame) {
  stream.kind = frame.kind;
  // Streams that are over for the client count no more, but what their owner has not read lies here still.
  const bool too_many = session_.streams_.size() > 2 * session_.ours_.streams;
  if (too_many) return session_.reset(stream.number, ResetReason::too_many_streams);
  if (frame.kind != StreamKind::tcp && frame.kind != StreamKind::udp)
    return session_.reset(stream.number, kNoSuchKind);
  stream.target = std::make_unique<Target>(frame.target);
  session_.observer_.incoming(stream.number, frame.kind, frame.target);
  const bool ended = stream.final && stream.in.arrived() == *stream.final;
  if (stream.in.ready() > 0 || ended || stream.flow) session_.tell_readable(stream);
}

Session::Receiver::Fault Session::Receiver::on(const Opened& frame) {
  if (session_.role_ == Role::server) return "OPENED from a client";
  Stream* stream = nullptr;
  if (Fault fault = found(frame.stream, stream)) return fault;
  if (stream != nullptr) opened_by_server(*stream);
  return nullptr;
}

// By OPENED, or by bytes that took a faster connection.
void Session::Receiver::opened_by_server(Stream& stream) {
  if (session_.role_ == Role::server || stream.opened || stream.reset) return;
  stream.opened = true;
  session_.observer_.opened(stream.number);
}

// Counts a stream's bytes up to `offset` against both windows.
Session::Receiver::Fault Session::Receiver::see(Stream& stream, std::uint64_t offset) {
  if (offset > stream.take_limit) return "bytes past a stream's window";
  if (offset <= stream.seen) return nullptr;
  const std::uint64_t more = offset - stream.seen;
  if (more > session_.take_limit_ - session_.seen_) return "bytes past the session's window";
  session_.seen_ += more;
  stream.seen = offset;
  if (!stream.reset) return nullptr;
  stream.consumed = offset;
  session_.give_back(more);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Reset& frame) {
  Stream* stream = nullptr;
  if (Fault fault = found(frame.stream, stream)) return fault;
  if (stream == nullptr) return nullptr;
  if (frame.sent < stream->seen || (stream->final && *stream->final != frame.sent))
    return "RESET says otherwise what was sent";
  if (Fault fault = see(*stream, frame.sent)) return fault;
  stream->final = frame.sent;
  if (!stream->reset) {
    const bool of_interest = stream->kind && !(stream->end_read && stream->finishing);
    stream->reason = frame.reason;
    stream->owe_reset = true;
    session_.abandon(*stream);
    session_.owe(*stream);
    if (of_interest) session_.observer_.reset(stream->number, frame.reason);
  }
  session_.settle(*stream);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Window& frame) {
  Stream* stream = nullptr;
  if (Fault fault = found(frame.stream, stream)) return fault;
  if (stream == nullptr || frame.limit <= stream->send_limit) return nullptr;
  stream->send_limit = frame.limit;
  session_.schedule(*stream);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const All& frame) {
  session_.send_limit_ = std::max(session_.send_limit_, frame.limit);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Datagram& frame) {
  Stream* stream = nullptr;
  if (Fault fault = found(frame.stream, stream)) return fault;
  if (stream == nullptr || stream->reset) return nullptr;
  if (stream->kind.value_or(StreamKind::udp) != StreamKind::udp) return "a datagram on a TCP stream";
  opened_by_server(*stream);
  if (!stream->flow) stream->flow = std::make_unique<Flow>();
  const std::size_t cost = frame.bytes.size() + kDatagramHead;
  if (stream->flow->in.size() >= kMaxDatagrams || session_.datagrams_ >= kMaxDatagramBytes) return nullptr;
  session_.datagrams_ += cost;
  stream->flow->in.push({frame.address, Buffer(frame.bytes.begin(), frame.bytes.end())});
  session_.tell_readable(*stream);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Close& frame) {
  session_.end(frame.reason);
  return nullptr;
}

Session::Receiver::Fault Session::Receiver::on(const Data& frame) {
  Stream* stream = nullptr;
  if (Fault fault = found(frame.stream, stream)) return fault;
  if (stream == nullptr) return nullptr;
  const std::uint64_t end = frame.offset + frame.bytes.size();
  if (stream->final && (end > *stream->final || (frame.end && end < *stream->final)))
    return "bytes that contradict an END";
  if (frame.end && end < stream->seen) return "END before bytes that came";
  if (stream->kind == StreamKind::udp && end > 0) return "bytes on a UDP flow";
  if (Fault fault = see(*stream, end)) return fault;
  if (frame.end) stream->final = end;
  opened_by_server(*stream);
  if (!stream->reset) {
    stream->in.accept(frame.offset, frame.bytes);
    if (stream->in.ready() > 0 || (stream->final && stream->in.arrived() == *stream->final))
      session_.tell_readable(*stream);
  }
  session_.settle(*stream);
  return nullptr;
}

}  // namespace rozaneh::tunnel
