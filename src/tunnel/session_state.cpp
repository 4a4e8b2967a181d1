// What becomes of a session's connections and streams, whatever it was that happened.
#include <limits>

#include "tunnel/session.h"

namespace rozaneh::tunnel {
namespace {

// A connection this far below the highest number is over for both sides.
constexpr std::uint64_t kReach = 64;

// In place of a connection's number: nothing that is told of any connection speaks of this frame any more.
constexpr ConnectionNumber kNoConnection = kMaxVarint + 1;

}  // namespace

void Session::wake() {
  if (woken_ || live_ == 0 || !pending()) return;
  woken_ = true;
  observer_.to_send();
}

bool Session::pending() const {
  if (!ended_) {
    if (owe_all_ || again_frames_ > 0 || !control_.empty() || !flows_.empty()) return true;
    if (!blocked() && !(small_.empty() && bulk_.empty())) return true;
  }
  return std::ranges::any_of(connections_, [this](const auto& entry) {
    const Connection& one = entry.second;
    if (ended_) return close_owed_ && !one.close_sent;
    if (!one.alive) return one.owe_ended;
    return one.answer_now || one.ping || one.pong || retires(one);
  });
}

bool Session::blocked() const {
  return sent_ >= send_limit_ || untold_ >= kMaxUntold || untold_frames_ >= kMaxUntoldFrames / 2;
}

// --- connections ---

Connection* Session::live(ConnectionNumber number) {
  const auto found = connections_.find(number);
  return found != connections_.end() && found->second.alive ? &found->second : nullptr;
}

bool Session::attach(ConnectionNumber number, Time now) {
  if (ended_ || used(number)) return false;
  mark_used(number);
  connections_.try_emplace(number, number, now);
  ++live_;
  forget_old(now);
  woken_ = false;
  wake();
  return true;
}

void Session::detach(ConnectionNumber number, Time now) {
  Connection* connection = live(number);
  if (connection == nullptr) return;
  const bool unheard = role_ == Role::client && !there_;
  if (unheard) take_back_untaken(*connection);
  lose(*connection, now);
  if (ended_) {
    connections_.erase(number);
  } else if (unheard) {
    connections_.erase(number);
    highest_connection_.reset();
    used_connections_ = 0;
  }
  wake();
}

void Session::lose(Connection& connection, Time now) {
  connection.alive = false;
  if (--live_ == 0) {
    lost_at_ = now;
    for (Stream* stream : flows_.all()) drop_datagrams(stream->flow->out);
    while (!flows_.empty()) flows_.front().in_flows.leave();
  }
  take_back(connection);
  connection.owe_ended = true;
  // What this connection carried of the others' answers may be lost with it.
  for (auto& [number, other] : connections_)
    if (other.alive && other.records_received > 0) other.answer_now = true;
}

void Session::take_back(Connection& connection) {
  while (!connection.book.empty()) take_back(connection.book.pop());
}

void Session::take_back_untaken(Connection& connection) {
  while (!connection.book.empty()) {
    Sent sent = connection.book.pop();
    sent.connection = kNoConnection;
    take_back(std::move(sent));
  }
  connection.flight = Flight();
}

void Session::take_back(Sent&& sent) {
  Stream* stream = sent.of_stream() ? find(sent.number) : nullptr;
  const bool goes_on = stream != nullptr && !stream->reset;
  if (goes_on && sent.kind == Sent::Kind::data) {
    stream->again.push(std::move(sent));
    ++again_frames_;
    return schedule(*stream);
  }
  no_more_untold(sent);
  if (goes_on && sent.kind == Sent::Kind::open) stream->owe_open = true;
  if (goes_on && sent.kind == Sent::Kind::opened) stream->owe_opened = true;
  if (goes_on && sent.kind == Sent::Kind::window) stream->owe_window = !stream->final;
  if (stream != nullptr && sent.kind == Sent::Kind::reset) stream->owe_reset = true;
  if (stream != nullptr && stream->owes()) owe(*stream);
  if (sent.kind == Sent::Kind::all) owe_all_ = true;
  if (sent.kind == Sent::Kind::ended) {
    const auto ended = connections_.find(sent.number);
    if (ended != connections_.end()) ended->second.owe_ended = true;
  }
  if (stream != nullptr) settle(*stream);
}

void Session::refuse_early(ConnectionNumber number) {
  Connection* connection = live(number);
  if (connection == nullptr || connection->records_sent != 1) return;
  take_back_untaken(*connection);
  connection->records_sent = 0;
  wake();
}

void Session::forget_if_over(ConnectionNumber number) {
  const auto found = connections_.find(number);
  if (found == connections_.end()) return;
  const Connection& connection = found->second;
  if (!connection.alive && connection.ended_told && connection.ended_came) connections_.erase(found);
}

void Session::forget_old(Time now) {
  while (!connections_.empty()) {
    Connection& oldest = connections_.begin()->second;
    if (oldest.number + kReach > *highest_connection_) return;
    if (oldest.alive) {
      lose(oldest, now);
      observer_.over(oldest.number);
    }
    connections_.erase(connections_.begin());
  }
}

void Session::mark_used(ConnectionNumber number) {
  if (!highest_connection_ || number > *highest_connection_) {
    const std::uint64_t step = highest_connection_ ? number - *highest_connection_ : kReach;
    used_connections_ = step < kReach ? used_connections_ << step | 1U : 1U;
    highest_connection_ = number;
  } else if (*highest_connection_ - number < kReach) {
    used_connections_ |= std::uint64_t{1} << (*highest_connection_ - number);
  }
}

bool Session::used(ConnectionNumber number) const {
  if (!highest_connection_ || number > *highest_connection_) return false;
  const std::uint64_t below = *highest_connection_ - number;
  return below >= kReach || (used_connections_ >> below & 1U) != 0;
}

void Session::told(Connection& connection, std::uint64_t count, Time now) {
  if (!connection.alive) return cancel_again(connection.number, count);
  std::optional<Time> newest;
  std::size_t size = 0;
  while (!connection.book.empty() && connection.book.front().record < count) {
    const Sent sent = connection.book.pop();
    newest = sent.time;
    size += sent.piece.bytes.size();
    told(sent);
  }
  if (!newest) return;
  connection.measure(now - *newest);
  connection.flight.told(size, *newest, now);
  connection.told_at = now;
  connection.suspected = false;
  check_retired(connection);
}

void Session::told(const Sent& sent) {
  if (sent.kind == Sent::Kind::ended) {
    const auto ended = connections_.find(sent.number);
    if (ended != connections_.end()) ended->second.ended_told = true;
    forget_if_over(sent.number);
  }
  no_more_untold(sent);
  if (!sent.of_stream()) return;
  Stream* stream = find(sent.number);
  if (stream == nullptr) return;
  if (sent.kind == Sent::Kind::open) stream->target.reset();
  settle(*stream);
}

void Session::no_more_untold(const Sent& sent) {
  --untold_frames_;
  untold_ -= sent.piece.bytes.size();
  if (Stream* stream = sent.of_stream() ? find(sent.number) : nullptr) --stream->in_flight;
}

void Session::cancel_again(ConnectionNumber connection, std::uint64_t count) {
  if (again_frames_ == 0) return;
  for (auto at = streams_.begin(); at != streams_.end();) {
    Stream& stream = (at++)->second;
    if (stream.again.empty()) continue;
    stream.again.remove_if([&](const Sent& sent) {
      if (sent.connection != connection || sent.record >= count) return false;
      --again_frames_;
      no_more_untold(sent);
      return true;
    });
    settle(stream);
  }
}

void Session::answered(Connection& connection) {
  connection.unanswered = 0;
  connection.answer_at.reset();
  connection.answer_now = false;
  check_retired(connection);
}

void Session::check_retired(Connection& connection) {
  if (!connection.alive || !connection.retire_sent || !connection.retired || connection.over_told) return;
  if (!connection.book.empty() || connection.unanswered > 0) return;
  connection.over_told = true;
  observer_.over(connection.number);
}

bool Session::retires(const Connection& connection) const {
  if (connection.retire_sent) return false;
  return connection.retiring || (connection.retired && another_usable(connection));
}

std::size_t Session::allowance(ConnectionNumber number) const {
  const auto found = connections_.find(number);
  if (found == connections_.end() || !another_usable(found->second))
    return std::numeric_limits<std::size_t>::max();
  return std::max(found->second.flight.room(), kMaxPlaintext);
}

bool Session::another_usable(const Connection& connection) const {
  return std::ranges::any_of(connections_, [&](const auto& entry) {
    return entry.first != connection.number && entry.second.usable() && !entry.second.retired;
  });
}

// --- streams ---

Stream* Session::find(StreamNumber number) {
  const auto found = streams_.find(number);
  return found == streams_.end() ? nullptr : &found->second;
}

Stream& Session::make(StreamNumber number) {
  Stream& stream = streams_.try_emplace(number, number).first->second;
  stream.send_limit = theirs_.stream_window;
  stream.take_limit = ours_.stream_window;
  stream.counts = role_ == Role::server;
  return stream;
}

void Session::schedule(Stream& stream) {
  if (stream.reset) return;
  if (stream.has_bytes()) (stream.sent_lately < kLittleSent ? small_ : bulk_).enter(stream, stream.in_turns);
  if (stream.owe_end()) owe(stream);
}

void Session::abandon(Stream& stream) {
  stream.reset = true;
  stream.owe_open = stream.owe_opened = stream.owe_window = false;
  stream.target.reset();
  unsent_ -= stream.unsent.size();
  stream.unsent.clear();
  drop_again(stream);
  give_back(stream.seen - stream.consumed);
  stream.consumed = stream.seen;
  stream.in.clear();
  stream.in_turns.leave();
  drop_flow(stream);
}

void Session::drop_flow(Stream& stream) {
  stream.in_flows.leave();
  if (!stream.flow) return;
  drop_datagrams(stream.flow->out);
  drop_datagrams(stream.flow->in);
  stream.flow.reset();
}

void Session::drop_again(Stream& stream) {
  again_frames_ -= stream.again.size();
  for (const Sent& sent : stream.again) no_more_untold(sent);
  stream.again.clear();
}

void Session::settle(Stream& stream) {
  if (!stream.over()) return;
  if (stream.counts) --open_streams_;
  stream.counts = false;
  if (stream.in_flight > 0 || stream.owes() || !(stream.reset || stream.end_read)) return;
  drop_flow(stream);
  streams_.erase(stream.number);
  if (role_ == Role::client) observer_.can_open();
}

void Session::tell_readable(Stream& stream) {
  if (stream.readable_told || !stream.kind) return;
  stream.readable_told = true;
  observer_.readable(stream.number);
}

void Session::tell_writable(Stream& stream) {
  if (!stream.full || stream.unsent.size() > budget() / 2) return;
  stream.full = false;
  observer_.writable(stream.number);
}

void Session::give_back(std::uint64_t bytes) {
  consumed_ += bytes;
  if (consumed_ + ours_.session_window - take_limit_ >= ours_.session_window / 4) owe_all_ = true;
}

}  // namespace rozaneh::tunnel
