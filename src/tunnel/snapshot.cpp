#include "tunnel/snapshot.h"

#include <algorithm>
#include <numeric>

namespace rozaneh::tunnel {
namespace {

// No offset of ours comes near it; sums of two stay below the largest varint.
constexpr std::uint64_t kMostOffset = std::uint64_t{1} << 60U;
constexpr std::uint64_t kMostSeconds = 1'000'000'000;
constexpr std::size_t kMostConnections = 72;

enum Flag : unsigned {
  kHasKind = 0,
  kHasTarget,
  kOpened,
  kCounts,
  kFinishing,
  kEndSent,
  kEnds,
  kEndRead,
  kReset,
  kResetSent,
  kOweOpened,
  kOweReset,
  kOweWindow,
  kFlags
};

// --- writing ---

void put_flags(Writer& out, std::initializer_list<bool> flags) {
  std::uint64_t word = 0;
  unsigned at = 0;
  for (const bool flag : flags) word |= std::uint64_t{flag} << at++;
  put_varint(out, word);
}

void put_bytes(Writer& out, Bytes bytes) { put_varint(out, bytes.size()).bytes(bytes); }

void put_pieces(Writer& out, const std::vector<Piece>& pieces) {
  std::uint64_t size = 0;
  for (const Piece& piece : pieces) size += piece.bytes.size();
  put_varint(out, size);
  for (const Piece& piece : pieces) out.bytes(piece.bytes);
}

void put_address(Writer& out, const IpAddress& address) {
  out.u8(address.is_v6() ? 6 : 4);
  if (address.is_v6()) {
    out.bytes(address.v6());
  } else {
    out.bytes(address.v4());
  }
}

void put_endpoint(Writer& out, const Endpoint& endpoint) {
  put_address(out, endpoint.address);
  out.u16(endpoint.port);
}

void put_target(Writer& out, const Target& target) {
  if (const auto* name = std::get_if<std::string>(&target.host)) {
    out.u8(0).u8(static_cast<std::uint8_t>(name->size())).text(*name);
  } else {
    put_address(out, std::get<IpAddress>(target.host));
  }
  out.u16(target.port);
}

void put_parameters(Writer& out, const Parameters& parameters) {
  put_varint(out, parameters.stream_window);
  put_varint(out, parameters.session_window);
  put_varint(out, parameters.streams);
  put_varint(out, static_cast<std::uint64_t>(parameters.life.count()));
  put_varint(out, parameters.connections);
}

void put_connections(Writer& out, const SessionSnapshot& session) {
  put_flags(out, {session.highest_connection.has_value()});
  put_varint(out, session.highest_connection.value_or(0));
  out.u64(session.used_connections);
  put_varint(out, session.connections.size());
  for (const ConnectionSnapshot& connection : session.connections) {
    put_varint(out, connection.number);
    put_varint(out, connection.records_sent);
    put_varint(out, connection.records_received);
    put_flags(out, {connection.ended_told, connection.ended_came});
  }
}

void put_stream(Writer& out, const StreamSnapshot& stream) {
  put_varint(out, stream.number);
  put_flags(out, {stream.kind.has_value(), stream.target.has_value(), stream.opened, stream.counts,
                  stream.finishing, stream.end_sent, stream.ends, stream.end_read, stream.reset,
                  stream.reset_sent, stream.owe_opened, stream.owe_reset, stream.owe_window});
  if (stream.kind) out.u8(static_cast<std::uint8_t>(*stream.kind));
  if (stream.target) put_target(out, *stream.target);
  put_varint(out, static_cast<std::uint64_t>(stream.reason));
  for (const std::uint64_t number :
       {stream.sent, stream.send_limit, stream.seen, stream.take_limit, stream.arrived})
    put_varint(out, number);
  put_pieces(out, stream.unsent);
  put_pieces(out, stream.unread);
  put_varint(out, stream.untold.size());
  for (const UntoldSnapshot& untold : stream.untold) {
    put_varint(out, untold.connection);
    put_varint(out, untold.record);
    put_varint(out, untold.offset);
    put_flags(out, {untold.end});
    put_bytes(out, untold.piece.bytes);
  }
  put_varint(out, stream.early.size());
  for (const auto& early : stream.early) {
    put_varint(out, early.offset);
    put_bytes(out, early.piece.bytes);
  }
}

void put_session(Writer& out, const SessionSnapshot& session) {
  put_parameters(out, session.ours);
  put_parameters(out, session.theirs);
  put_varint(out, static_cast<std::uint64_t>(session.unused.count()));
  put_connections(out, session);
  for (const std::uint64_t number :
       {session.sent, session.send_limit, session.seen, session.consumed, session.take_limit})
    put_varint(out, number);
  put_flags(out, {session.owe_all});
  put_varint(out, session.next_stream);
  put_varint(out, session.unseen.size());
  for (const StreamNumber number : session.unseen) put_varint(out, number);
  put_varint(out, session.streams.size());
  for (const StreamSnapshot& stream : session.streams) put_stream(out, stream);
}

// --- reading ---

// Reads one thing after the other; what is missing or cannot be is remembered, and answered as nothing.
class Decoder {
 public:
  explicit Decoder(Bytes bytes) : in_(bytes) {}

  [[nodiscard]] bool ok() const { return ok_; }
  [[nodiscard]] bool empty() const { return in_.empty(); }
  bool check(bool right) { return ok_ = ok_ && right; }

  std::uint8_t u8() { return of(in_.u8()); }
  std::uint16_t u16() { return of(in_.u16()); }
  std::uint64_t u64() { return of(in_.u64()); }
  std::uint64_t number(std::uint64_t most = kMostOffset) {
    const std::uint64_t value = of(take_varint(in_));
    return check(value <= most) ? value : 0;
  }
  std::uint64_t flags(unsigned count) { return number((std::uint64_t{1} << count) - 1); }
  // How many follow, each of so many bytes at least.
  std::size_t count(std::size_t least) {
    const std::uint64_t value = number();
    return check(value <= in_.left() / least) ? value : 0;
  }
  Bytes bytes(std::size_t size) { return check(size <= in_.left()) ? *in_.bytes(size) : Bytes(); }
  Piece piece() { return {nullptr, bytes(number())}; }
  std::vector<Piece> pieces() {
    Piece whole = piece();
    if (whole.bytes.empty()) return {};
    return {std::move(whole)};
  }
  template <std::size_t kSize>
  std::array<std::uint8_t, kSize> array() {
    std::array<std::uint8_t, kSize> value{};
    copy(value, bytes(kSize));
    return value;
  }

  IpAddress address(std::uint8_t kind) {
    check(kind == 4 || kind == 6);
    return kind == 6 ? IpAddress(array<16>()) : IpAddress(array<4>());
  }
  Endpoint endpoint() {
    const IpAddress host = address(u8());
    return {host, u16()};
  }
  Target target() {
    const std::uint8_t kind = u8();
    Target target;
    if (kind == 0) {
      const Bytes name = bytes(u8());
      check(!name.empty());
      target.host = std::string(text_of(name));
    } else {
      target.host = address(kind);
    }
    target.port = u16();
    return target;
  }

 private:
  template <class T>
  T of(std::optional<T> value) {
    check(value.has_value());
    return value.value_or(T{});
  }

  Reader in_;
  bool ok_ = true;
};

bool has(std::uint64_t flags, unsigned flag) { return (flags >> flag & 1U) != 0; }

Parameters take_parameters(Decoder& in) {
  Parameters parameters;
  parameters.stream_window = in.number();
  parameters.session_window = in.number();
  parameters.streams = in.number();
  parameters.life = std::chrono::seconds(in.number(kMostSeconds));
  parameters.connections = in.number();
  in.check(parameters.stream_window >= kEarlyWindow && parameters.session_window >= kEarlyWindow &&
           parameters.streams >= kEarlyStreams);
  return parameters;
}

void take_connections(Decoder& in, SessionSnapshot& session) {
  const bool some = in.flags(1) != 0;
  const ConnectionNumber highest = in.number();
  if (some) session.highest_connection = highest;
  session.used_connections = in.u64();
  std::size_t count = in.count(4);
  in.check(count <= kMostConnections && (some || (count == 0 && session.used_connections == 0)));
  for (; count > 0 && in.ok(); --count) {
    ConnectionSnapshot connection;
    connection.number = in.number(highest);
    connection.records_sent = in.number();
    connection.records_received = in.number();
    const std::uint64_t flags = in.flags(2);
    connection.ended_told = has(flags, 0);
    connection.ended_came = has(flags, 1);
    in.check(session.connections.empty() || session.connections.back().number < connection.number);
    session.connections.push_back(connection);
  }
}

void take_untold(Decoder& in, StreamSnapshot& stream) {
  for (std::size_t count = in.count(5); count > 0 && in.ok(); --count) {
    UntoldSnapshot untold;
    untold.connection = in.number();
    untold.record = in.number();
    untold.offset = in.number();
    untold.end = in.flags(1) != 0;
    untold.piece = in.piece();
    in.check(untold.offset + untold.piece.bytes.size() <= stream.sent);
    in.check(!untold.end || (stream.end_sent && untold.offset + untold.piece.bytes.size() == stream.sent));
    stream.untold.push_back(std::move(untold));
  }
}

void take_early(Decoder& in, StreamSnapshot& stream) {
  std::uint64_t behind = stream.arrived;
  for (std::size_t count = in.count(2); count > 0 && in.ok(); --count) {
    StreamSnapshot::Early early{.offset = in.number(), .piece = in.piece()};
    in.check(early.offset >= behind && !early.piece.bytes.empty());
    behind = early.offset + early.piece.bytes.size();
    in.check(behind <= stream.seen);
    stream.early.push_back(std::move(early));
  }
}

void check_stream(Decoder& in, const StreamSnapshot& stream) {
  in.check(stream.sent <= stream.send_limit);
  in.check(stream.unread_size() <= stream.arrived && stream.arrived <= stream.seen &&
           stream.seen <= stream.take_limit);
  in.check(!stream.end_read || (stream.ends && stream.unread.empty() && stream.arrived == stream.seen));
  in.check(!stream.end_sent || (stream.finishing && stream.unsent.empty()));
  in.check(!stream.target || (stream.kind && !stream.opened && !stream.reset));
  in.check(!stream.owe_opened || stream.opened);
  in.check(!stream.owe_reset || stream.reset);
  in.check(!stream.owe_window || !stream.reset);
  in.check(!stream.reset ||
           (stream.unsent.empty() && stream.untold.empty() && stream.unread.empty() && stream.early.empty()));
}

StreamSnapshot take_stream(Decoder& in) {
  StreamSnapshot stream;
  stream.number = in.number();
  const std::uint64_t flags = in.flags(kFlags);
  if (has(flags, kHasKind)) stream.kind = static_cast<StreamKind>(in.u8());
  if (has(flags, kHasTarget)) stream.target = in.target();
  stream.opened = has(flags, kOpened);
  stream.counts = has(flags, kCounts);
  stream.finishing = has(flags, kFinishing);
  stream.end_sent = has(flags, kEndSent);
  stream.ends = has(flags, kEnds);
  stream.end_read = has(flags, kEndRead);
  stream.reset = has(flags, kReset);
  stream.reset_sent = has(flags, kResetSent);
  stream.owe_opened = has(flags, kOweOpened);
  stream.owe_reset = has(flags, kOweReset);
  stream.owe_window = has(flags, kOweWindow);
  stream.reason = static_cast<ResetReason>(in.number(kMaxVarint));
  for (std::uint64_t* number :
       {&stream.sent, &stream.send_limit, &stream.seen, &stream.take_limit, &stream.arrived})
    *number = in.number();
  stream.unsent = in.pieces();
  stream.unread = in.pieces();
  take_untold(in, stream);
  take_early(in, stream);
  check_stream(in, stream);
  return stream;
}

void take_streams(Decoder& in, SessionSnapshot& session) {
  session.next_stream = in.number();
  for (std::size_t count = in.count(1); count > 0 && in.ok(); --count) {
    const StreamNumber number = in.number();
    in.check(number < session.next_stream && (session.unseen.empty() || session.unseen.back() < number));
    session.unseen.push_back(number);
  }
  for (std::size_t count = in.count(10); count > 0 && in.ok(); --count) {
    session.streams.push_back(take_stream(in));
    const StreamNumber number = session.streams.back().number;
    in.check(number < session.next_stream && !std::ranges::binary_search(session.unseen, number));
    in.check(session.streams.size() < 2 || session.streams.end()[-2].number < number);
  }
}

// That the streams' sums are no more than the session's.
void check_sums(Decoder& in, const SessionSnapshot& session) {
  std::uint64_t sent = 0, seen = 0, waits = 0, counting = session.unseen.size();
  for (const StreamSnapshot& stream : session.streams) {
    sent += std::min(stream.sent, kMostOffset);
    seen += stream.seen;
    waits += stream.reset ? 0 : stream.seen - stream.arrived + stream.unread_size();
    counting += stream.counts ? 1 : 0;
    if (!in.check(sent <= session.sent && seen <= session.seen)) return;
  }
  in.check(session.sent <= session.send_limit && session.seen <= session.take_limit);
  in.check(session.consumed <= session.seen && waits <= session.seen - session.consumed);
  in.check(counting <= session.ours.streams);
}

SessionSnapshot take_session(Decoder& in) {
  SessionSnapshot session;
  session.ours = take_parameters(in);
  session.theirs = take_parameters(in);
  session.unused = std::chrono::milliseconds(in.number(kMostSeconds * 1'000));
  take_connections(in, session);
  for (std::uint64_t* number :
       {&session.sent, &session.send_limit, &session.seen, &session.consumed, &session.take_limit})
    *number = in.number();
  session.owe_all = in.flags(1) != 0;
  take_streams(in, session);
  if (in.ok()) check_sums(in, session);
  return session;
}

std::vector<OutletSnapshot> take_outlets(Decoder& in) {
  std::vector<OutletSnapshot> outlets;
  for (std::size_t count = in.count(11); count > 0 && in.ok(); --count) {
    OutletSnapshot outlet;
    outlet.stream = in.number();
    outlet.socket = in.u64();
    const std::uint64_t flags = in.flags(2);
    outlet.shut = has(flags, 0);
    outlet.read_to_end = has(flags, 1);
    outlet.held = in.pieces();
    in.check(outlets.empty() || outlets.back().stream < outlet.stream);
    outlets.push_back(std::move(outlet));
  }
  return outlets;
}

std::vector<FlowSnapshot> take_flows(Decoder& in) {
  std::vector<FlowSnapshot> flows;
  for (std::size_t count = in.count(8); count > 0 && in.ok(); --count) {
    FlowSnapshot flow{.stream = in.number(), .only = in.target(), .sockets = {}, .remotes = {}};
    for (std::size_t some = in.count(8); some > 0 && in.ok(); --some) flow.sockets.push_back(in.u64());
    for (std::size_t some = in.count(7); some > 0 && in.ok(); --some) flow.remotes.push_back(in.endpoint());
    in.check(flow.sockets.size() <= 2 && (flows.empty() || flows.back().stream < flow.stream));
    flows.push_back(std::move(flow));
  }
  return flows;
}

}  // namespace

std::uint64_t StreamSnapshot::unread_size() const {
  return std::accumulate(unread.begin(), unread.end(), std::uint64_t{0},
                         [](std::uint64_t sum, const Piece& piece) { return sum + piece.bytes.size(); });
}

StreamSnapshot* SessionSnapshot::find(StreamNumber number) {
  const auto found = std::ranges::lower_bound(streams, number, {}, &StreamSnapshot::number);
  return found != streams.end() && found->number == number ? &*found : nullptr;
}

Buffer encode(const ServedSnapshot& served) {
  Writer out;
  out.bytes(served.name).bytes(served.secret.bytes());
  put_endpoint(out, served.client);
  put_flags(out, {served.user.has_value()});
  if (served.user) out.bytes(*served.user);
  put_session(out, served.session);
  put_varint(out, served.outlets.size());
  for (const OutletSnapshot& outlet : served.outlets) {
    put_varint(out, outlet.stream);
    out.u64(outlet.socket);
    put_flags(out, {outlet.shut, outlet.read_to_end});
    put_pieces(out, outlet.held);
  }
  put_varint(out, served.flows.size());
  for (const FlowSnapshot& flow : served.flows) {
    put_varint(out, flow.stream);
    put_target(out, flow.only);
    put_varint(out, flow.sockets.size());
    for (const std::uint64_t socket : flow.sockets) out.u64(socket);
    put_varint(out, flow.remotes.size());
    for (const Endpoint& remote : flow.remotes) put_endpoint(out, remote);
  }
  return out.take();
}

Result<ServedSnapshot> decode_served(Bytes bytes) {
  Decoder in(bytes);
  ServedSnapshot served;
  served.name = in.array<16>();
  copy(served.secret.bytes(), in.bytes(served.secret.kSize));
  served.client = in.endpoint();
  if (in.flags(1) != 0) served.user = in.array<32>();
  served.session = take_session(in);
  served.outlets = take_outlets(in);
  served.flows = take_flows(in);
  if (!in.check(in.empty())) return fail(TunnelError::malformed, "no snapshot of a session");
  return served;
}

}  // namespace rozaneh::tunnel
