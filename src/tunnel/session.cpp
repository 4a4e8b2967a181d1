// What the owner of a session calls, but for the two that make and take records.
#include "tunnel/session.h"

#include <cassert>

namespace rozaneh::tunnel {
namespace {

// How much may wait to be sent: of one stream, and of one while all together have too much.
constexpr std::size_t kUnsent = 131'072;
constexpr std::size_t kUnsentOfMany = 16'384;
constexpr std::size_t kUnsentOfAll = 1'048'576;

}  // namespace

Session::Session(Role role, const Parameters& ours, Observer& observer, Time now)
    : role_(role),
      ours_(ours),
      observer_(observer),
      lost_at_(now),
      used_at_(now),
      take_limit_(ours.session_window) {
  assert(ours.stream_window >= kEarlyWindow && ours.session_window >= kEarlyWindow);
}

void Session::peer_says(const Parameters& theirs) {
  if (there_ || ended_) return;
  there_ = true;
  theirs_ = theirs;
  theirs_.stream_window = std::max(theirs.stream_window, kEarlyWindow);
  theirs_.streams = std::max(theirs.streams, kEarlyStreams);
  send_limit_ = std::max({send_limit_, theirs.session_window, kEarlyWindow});
  for (auto& [number, stream] : streams_) {
    stream.send_limit = std::max(stream.send_limit, theirs_.stream_window);
    schedule(stream);
  }
  if (role_ == Role::client) observer_.can_open();
  wake();
}

Duration Session::life() const { return role_ == Role::server ? ours_.life : theirs_.life; }

void Session::retire(ConnectionNumber connection) {
  if (Connection* found = live(connection)) found->retiring = true;
  wake();
}

bool Session::retired(ConnectionNumber connection) const {
  const auto found = connections_.find(connection);
  return found != connections_.end() && found->second.retired;
}

void Session::ping(ConnectionNumber connection) {
  if (Connection* found = live(connection)) found->ping = true;
  wake();
}

std::optional<Duration> Session::round_trip(ConnectionNumber connection) const {
  const auto found = connections_.find(connection);
  return found == connections_.end() ? std::nullopt : found->second.round_trip;
}

std::optional<Time> Session::next_time() const {
  if (ended_) return std::nullopt;
  Time next = Time::max();
  if (live_ == 0) next = lost_at_ + life();
  if (streams_.empty()) next = std::min(next, used_at_ + kIdle);
  for (const auto& [number, connection] : connections_) {
    if (!connection.alive) continue;
    if (connection.answer_at && !connection.answer_now) next = std::min(next, *connection.answer_at);
    next = std::min(next, connection.suspect_at().value_or(Time::max()));
  }
  return next;
}

void Session::tick(Time now) {
  if (ended_) return;
  if ((live_ == 0 && now >= lost_at_ + life()) || (streams_.empty() && now >= used_at_ + kIdle)) {
    close_owed_ = true;
    return end(CloseReason::idle);
  }
  for (auto& [number, connection] : connections_) {
    if (!connection.alive) continue;
    if (connection.answer_at && now >= *connection.answer_at) connection.answer_now = true;
    if (const auto at = connection.suspect_at(); at && now >= *at) {
      connection.suspected = true;
      observer_.suspect(number);
    }
  }
  wake();
}

std::optional<StreamNumber> Session::open(StreamKind kind, const Target& target, Time now) {
  assert(role_ == Role::client);
  if (ended_ || streams_.size() >= theirs_.streams) return std::nullopt;
  Stream& stream = make(next_stream_++);
  stream.kind = kind;
  stream.target = std::make_unique<Target>(target);
  stream.owe_open = true;
  owe(stream);
  used_at_ = now;
  wake();
  return stream.number;
}

void Session::accept(StreamNumber number) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset || stream->opened || role_ != Role::server) return;
  stream->opened = stream->owe_opened = true;
  stream->target.reset();
  owe(*stream);
  wake();
}

std::size_t Session::budget() const { return unsent_ >= kUnsentOfAll ? kUnsentOfMany : kUnsent; }

std::size_t Session::writable(StreamNumber number) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset || stream->finishing) return 0;
  // What all streams together wrote may have shrunk the budget since this one's last write.
  stream->full = stream->unsent.size() >= budget();
  return budget() - std::min(budget(), stream->unsent.size());
}

void Session::write(StreamNumber number, Piece piece) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset || stream->finishing) return;
  unsent_ += piece.bytes.size();
  stream->unsent.push(std::move(piece));
  stream->full = stream->unsent.size() >= budget();
  schedule(*stream);
  wake();
}

void Session::write(StreamNumber number, Bytes bytes) {
  const bool copied_anyway = bytes.size() < SendQueue::kSmall;
  write(number, copied_anyway ? Piece{nullptr, bytes} : Piece::copy_of(bytes));
}

void Session::finish(StreamNumber number) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset || stream->finishing) return;
  stream->finishing = true;
  if (stream->owe_end()) owe(*stream);
  wake();
}

void Session::reset(StreamNumber number, ResetReason reason) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset) return;
  stream->reason = reason;
  stream->owe_reset = true;
  abandon(*stream);
  owe(*stream);
  wake();
}

Session::Read Session::read(StreamNumber number) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset) return {};
  if (stream->in.ready() > 0) {
    Read read{Read::State::bytes, stream->in.take()};
    stream->consumed += read.piece.bytes.size();
    const std::uint64_t limit = stream->consumed + ours_.stream_window;
    if (!stream->final && limit - stream->take_limit >= ours_.stream_window / 4) {
      stream->owe_window = true;
      owe(*stream);
    }
    give_back(read.piece.bytes.size());
    wake();
    return read;
  }
  stream->readable_told = false;
  if (!stream->final || stream->in.arrived() != *stream->final) return {Read::State::wait, {}};
  if (stream->end_read) return {};
  stream->end_read = true;
  settle(*stream);
  return {Read::State::end, {}};
}

bool Session::send_datagram(StreamNumber number, const Target& address, Bytes bytes) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset || stream->finishing || stream->kind != StreamKind::udp)
    return false;
  if (live_ == 0 || bytes.size() > kMaxDatagram || datagrams_ >= kMaxDatagramBytes) return false;
  if (!stream->flow) stream->flow = std::make_unique<Flow>();
  if (stream->flow->out.size() >= kMaxDatagrams) return false;
  datagrams_ += bytes.size() + kDatagramHead;
  stream->flow->out.push({address, Buffer(bytes.begin(), bytes.end())});
  flows_.enter(*stream, stream->in_flows);
  wake();
  return true;
}

std::optional<Session::ReceivedDatagram> Session::receive_datagram(StreamNumber number) {
  Stream* stream = find(number);
  if (stream == nullptr || stream->reset) return std::nullopt;
  if (!stream->flow || stream->flow->in.empty()) {
    stream->readable_told = false;
    return std::nullopt;
  }
  WaitingDatagram datagram = stream->flow->in.pop();
  datagrams_ -= datagram.bytes.size() + kDatagramHead;
  return ReceivedDatagram{std::move(datagram.address), std::move(datagram.bytes)};
}

void Session::drop_datagrams(Fifo<WaitingDatagram>& queue) {
  for (const auto& datagram : queue) datagrams_ -= datagram.bytes.size() + kDatagramHead;
  queue.clear();
}

void Session::close(CloseReason reason) {
  if (ended_) return;
  close_owed_ = true;
  ended_ = reason;  // so that the observer is not told
  end(reason);
}

void Session::end(CloseReason reason) {
  const bool known = ended_.has_value();
  ended_ = reason;
  streams_.clear();
  unseen_.clear();
  unsent_ = untold_ = untold_frames_ = again_frames_ = datagrams_ = 0;
  for (auto& [number, connection] : connections_) connection.book.clear();
  std::erase_if(connections_, [](const auto& entry) { return !entry.second.alive; });
  if (!known) observer_.closed(reason);
  wake();
}

Retained Session::retained() const {
  Retained all{.unsent = unsent_,
               .untold = untold_,
               .untold_frames = untold_frames_,
               .datagrams = datagrams_,
               .streams = streams_.size(),
               .connections = connections_.size()};
  for (const auto& [number, stream] : streams_) all.unread += stream.in.held();
  return all;
}

}  // namespace rozaneh::tunnel
