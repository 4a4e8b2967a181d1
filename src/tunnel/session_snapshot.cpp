// A session at one moment, and one that goes on from there.
#include "tunnel/session.h"

namespace rozaneh::tunnel {
namespace {

std::vector<Piece> unsent_of(const SendQueue& queue) {
  return {queue.pieces().begin(), queue.pieces().end()};
}

UntoldSnapshot untold_of(const Sent& sent) {
  return {.connection = sent.connection,
          .record = sent.record,
          .offset = sent.offset,
          .end = sent.end,
          .piece = sent.piece};
}

StreamSnapshot snapshot_of(const Stream& stream) {
  StreamSnapshot all{.number = stream.number,
                     .kind = stream.kind,
                     .target = {},
                     .opened = stream.opened,
                     .counts = stream.counts,
                     .sent = stream.sent,
                     .send_limit = stream.send_limit,
                     .unsent = unsent_of(stream.unsent),
                     .untold = {},
                     .finishing = stream.finishing,
                     .end_sent = stream.end_sent,
                     .seen = stream.seen,
                     .take_limit = stream.take_limit,
                     .arrived = stream.reset ? stream.seen : stream.in.arrived(),
                     .unread = stream.in.unread(),
                     .early = stream.in.early(),
                     .ends = stream.final.has_value(),
                     .end_read = stream.end_read && !stream.reset,
                     .reset = stream.reset,
                     .reset_sent = stream.reset_sent,
                     .reason = stream.reason,
                     .owe_opened = stream.owe_opened,
                     .owe_reset = stream.owe_reset,
                     .owe_window = stream.owe_window};
  if (stream.target) all.target = *stream.target;
  for (const Sent& sent : stream.again) all.untold.push_back(untold_of(sent));
  return all;
}

// What becomes of a frame whose connection has ended: Session::take_back, for a snapshot.
void return_to(SessionSnapshot& session, const Sent& sent) {
  if (sent.kind == Sent::Kind::all) session.owe_all = true;
  StreamSnapshot* stream = sent.of_stream() ? session.find(sent.number) : nullptr;
  if (stream == nullptr) return;
  if (sent.kind == Sent::Kind::reset) stream->owe_reset = true;
  if (stream->reset) return;
  if (sent.kind == Sent::Kind::opened) stream->owe_opened = true;
  if (sent.kind == Sent::Kind::window) stream->owe_window = !stream->ends;
  if (sent.kind == Sent::Kind::data) stream->untold.push_back(untold_of(sent));
}

}  // namespace

SessionSnapshot Session::snapshot(Time now) const {
  assert(role_ == Role::server && there_ && !ended_);
  using std::chrono::milliseconds;
  SessionSnapshot all{
      .ours = ours_,
      .theirs = theirs_,
      .unused = std::max(std::chrono::duration_cast<milliseconds>(now - used_at_), milliseconds()),
      .highest_connection = highest_connection_,
      .used_connections = used_connections_,
      .connections = {},
      .next_stream = next_stream_,
      .unseen = {unseen_.begin(), unseen_.end()},
      .streams = {},
      .sent = sent_,
      .send_limit = send_limit_,
      .seen = seen_,
      .consumed = consumed_,
      .take_limit = take_limit_,
      .owe_all = owe_all_};
  all.streams.reserve(streams_.size());
  for (const auto& [number, stream] : streams_) all.streams.push_back(snapshot_of(stream));
  for (const auto& [number, connection] : connections_) {
    all.connections.push_back({.number = number,
                               .records_sent = connection.records_sent,
                               .records_received = connection.records_received,
                               .ended_told = connection.ended_told,
                               .ended_came = connection.ended_came});
    for (const Sent& sent : connection.book) return_to(all, sent);
  }
  return all;
}

void Session::restore(const SessionSnapshot& from, Time now) {
  assert(role_ == Role::server && streams_.empty() && connections_.empty() && !there_);
  there_ = true;
  theirs_ = from.theirs;
  lost_at_ = now;
  used_at_ = now - from.unused;
  highest_connection_ = from.highest_connection;
  used_connections_ = from.used_connections;
  for (const ConnectionSnapshot& ended : from.connections) {
    Connection& connection = connections_.try_emplace(ended.number, ended.number, now).first->second;
    connection.alive = false;
    connection.records_sent = ended.records_sent;
    connection.records_received = ended.records_received;
    connection.ended_told = ended.ended_told;
    connection.ended_came = ended.ended_came;
    connection.owe_ended = !ended.ended_told;
  }
  sent_ = from.sent;
  send_limit_ = from.send_limit;
  seen_ = from.seen;
  consumed_ = from.consumed;
  take_limit_ = from.take_limit;
  owe_all_ = from.owe_all;
  next_stream_ = from.next_stream;
  unseen_ = {from.unseen.begin(), from.unseen.end()};
  open_streams_ = unseen_.size();
  for (const StreamSnapshot& stream : from.streams) restore(stream);
}

void Session::restore(const StreamSnapshot& from) {
  Stream& stream = make(from.number);
  stream.kind = from.kind;
  stream.opened = from.opened;
  stream.counts = from.counts;
  open_streams_ += from.counts ? 1 : 0;
  stream.sent = from.sent;
  stream.send_limit = from.send_limit;
  stream.finishing = from.finishing;
  stream.end_sent = from.end_sent;
  for (const Piece& piece : from.unsent) {
    unsent_ += piece.bytes.size();
    stream.unsent.push(Piece::copy_of(piece.bytes));
  }
  for (const UntoldSnapshot& untold : from.untold) restore(stream, untold);
  stream.seen = from.seen;
  stream.take_limit = from.take_limit;
  stream.consumed = from.arrived - from.unread_size();
  stream.in.begin_at(stream.consumed);
  std::uint64_t offset = stream.consumed;
  for (const Piece& piece : from.unread) {
    stream.in.accept(offset, piece.bytes);
    offset += piece.bytes.size();
  }
  for (const auto& early : from.early) stream.in.accept(early.offset, early.piece.bytes);
  if (from.ends) stream.final = from.seen;
  stream.end_read = from.end_read;
  stream.reset = from.reset;
  stream.reset_sent = from.reset_sent;
  stream.reason = from.reason;
  stream.owe_opened = from.owe_opened;
  stream.owe_reset = from.owe_reset;
  stream.owe_window = from.owe_window;
  if (stream.owes()) owe(stream);
  schedule(stream);
  if (from.target) {
    stream.target = std::make_unique<Target>(*from.target);
    observer_.incoming(stream.number, *stream.kind, *stream.target);
  } else if (stream.kind && !stream.opened) {
    return reset(stream.number, ResetReason::connection_failed);
  }
  settle(stream);
}

void Session::restore(Stream& stream, const UntoldSnapshot& untold) {
  stream.again.push({.kind = Sent::Kind::data,
                     .end = untold.end,
                     .connection = untold.connection,
                     .record = untold.record,
                     .number = stream.number,
                     .offset = untold.offset,
                     .piece = Piece::copy_of(untold.piece.bytes)});
  ++again_frames_;
  ++untold_frames_;
  ++stream.in_flight;
  untold_ += untold.piece.bytes.size();
}

}  // namespace rozaneh::tunnel
