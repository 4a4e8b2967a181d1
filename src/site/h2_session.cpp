#include "site/h2_session.h"

#include <algorithm>

#include "base/reader.h"

namespace rozaneh::site {
namespace {

constexpr std::string_view kPreface = "PRI * HTTP/2.0\r\n";
constexpr std::string_view kPrefaceEnd = "\r\nSM\r\n\r\n";
constexpr std::uint64_t kFloodBytes = 1024 * 1024;
constexpr unsigned kMostControl = 10000;  // frames of ours that the client does not take
constexpr std::size_t kOutputAtOnce = 64 * 1024;
constexpr unsigned kIdleTurns = 10 * 1000;  // reads without a stream: ten times keepalive_requests

constexpr std::uint16_t kMaxStreams = 3;
constexpr std::uint16_t kInitialWindow = 4;
constexpr std::uint16_t kMaxFrame = 5;
constexpr std::uint32_t kLargestFrame = 0xffffff;

}  // namespace

H2Session::H2Session(Options options) : options_(std::move(options)) {
  Writer settings;
  settings.u16(kMaxStreams).u32(kMostStreams).u16(kInitialWindow).u32(65536);
  settings.u16(kMaxFrame).u32(kLargestFrame);
  control(H2Type::settings, 0, 0, settings.view());
  window_update(0, kH2MostWindow - kH2Window);
}

H2Stream* H2Session::find(std::uint32_t id) {
  const auto found = streams_.find(id);
  return found == streams_.end() ? nullptr : &found->second;
}

void H2Session::control(H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload) {
  if (++control_frames_ > kMostControl) {
    ended_ = abrupt_ = true;
    output_.clear();
    cuts_.clear();
    return;
  }
  put_h2_frame(output_, type, flags, stream, payload);
  flushes_ |= type != H2Type::headers && type != H2Type::continuation;
}

void H2Session::window_update(std::uint32_t stream, std::int64_t increment) {
  Writer payload;
  payload.u32(static_cast<std::uint32_t>(increment));
  control(H2Type::window_update, 0, stream, payload.view());
}

void H2Session::goaway(H2Error error) {
  if (std::exchange(goaway_, true)) return;
  Writer payload;
  payload.u32(last_id_).u32(static_cast<std::uint32_t>(error));
  control(H2Type::goaway, 0, 0, payload.view());
}

// Streams that are open do not get to their ends.
void H2Session::end(H2Error error) {
  goaway(error);
  // nginx says no farewell in TLS either where an answer is stuck on its way.
  abrupt_ |= std::ranges::any_of(
      streams_, [](const auto& entry) { return entry.second.state == H2Stream::State::answering; });
  ended_ = true;
  streams_.clear();
  ready_.clear();
}

void H2Session::time_out() {
  if (!idle()) {
    // nginx gives up streams that have not moved, not the connection.
    while (!streams_.empty()) reset(streams_.begin()->first, H2Error::protocol);
    return;
  }
  end(incomplete() ? H2Error::protocol : H2Error::none);
}

void H2Session::feed(Bytes bytes) {
  if (ended_) return;
  if (idle() && phase_ == Phase::head && ++idle_turns_ > kIdleTurns) {
    end(H2Error::none);
    return;
  }
  new_streams_ = 0;
  input_.erase(input_.begin(), input_.begin() + static_cast<std::ptrdiff_t>(used_));
  used_ = 0;
  append(input_, bytes);
  total_ += bytes.size();
  go_on();
  if (!ended_ && total_ / 8 > useful_ + kFloodBytes) end(H2Error::none);
}

// A request is answered before what follows it is looked at.
void H2Session::go_on() {
  Bytes rest = Bytes(input_).subspan(used_);
  while (!ended_ && ready_.empty() && step(rest)) {
  }
  used_ = input_.size() - rest.size();
  if (used_ == input_.size()) {
    input_ = Buffer();
    used_ = 0;
  }
}

// One piece of the input; false: it does not suffice.
bool H2Session::step(Bytes& input) {
  switch (phase_) {
    case Phase::preface:
      return read_preface(input);
    case Phase::head:
      return read_head(input);
    case Phase::fixed:
      return read_fixed(input);
    case Phase::fields_head:
      return read_fields_head(input);
    case Phase::fields:
      return read_fields(input);
    case Phase::continuation:
      return read_continuation(input);
    case Phase::settings:
      return read_settings(input);
    case Phase::data:
      return read_data(input);
    case Phase::kept_data:
      return read_kept_data(input);
    case Phase::skip:
      break;
  }
  return skip(input);
}

// nginx looks at it in two parts.
bool H2Session::read_preface(Bytes& input) {
  if (input.size() < kPreface.size()) return false;
  if (text_of(input.first(kPreface.size())) != kPreface) {
    end(H2Error::protocol);
    return true;
  }
  if (input.size() < kPreface.size() + kPrefaceEnd.size()) return false;
  if (text_of(input.subspan(kPreface.size(), kPrefaceEnd.size())) != kPrefaceEnd) {
    end(H2Error::protocol);
    return true;
  }
  input = input.subspan(kPreface.size() + kPrefaceEnd.size());
  phase_ = Phase::head;
  return true;
}

bool H2Session::read_head(Bytes& input) {
  if (input.size() < kH2FrameHead) return false;
  Reader head(input.first(kH2FrameHead));
  const std::size_t high = *head.u8();
  length_ = (high << 16U) | *head.u16();
  type_ = static_cast<H2Type>(*head.u8());
  flags_ = *head.u8();
  id_ = *head.u32() & 0x7fffffffU;
  padding_ = 0;
  input = input.subspan(kH2FrameHead);
  begin_frame();
  return true;
}

void H2Session::begin_frame() {
  switch (type_) {
    case H2Type::data:
      begin_data();
      return;
    case H2Type::headers:
      phase_ = Phase::fields_head;
      return;
    case H2Type::settings:
      begin_settings();
      return;
    case H2Type::priority:
    case H2Type::rst_stream:
    case H2Type::ping:
    case H2Type::goaway:
    case H2Type::window_update:
      if (check_fixed()) phase_ = Phase::fixed;
      return;
    case H2Type::push_promise:
    case H2Type::continuation:
      end(H2Error::protocol);
      return;
  }
  phase_ = Phase::skip;
}

bool H2Session::skip(Bytes& input) {
  const std::size_t count = std::min(input.size(), length_ + padding_);
  const std::size_t of_length = std::min(count, length_);
  length_ -= of_length;
  padding_ -= count - of_length;
  input = input.subspan(count);
  if (length_ + padding_ > 0) return false;
  phase_ = Phase::head;
  return true;
}

Buffer H2Session::output() {
  // Streams take turns, so that a large answer does not keep a small one waiting.
  bool moved = true;
  while (moved && !ended_ && output_.size() < kOutputAtOnce) {
    moved = false;
    auto at = streams_.upper_bound(turn_);
    for (std::size_t i = streams_.size(); i > 0 && !moved; --i) {
      if (at == streams_.end()) at = streams_.begin();
      const std::uint32_t id = at->first;
      const auto next = std::next(at);
      moved = pump(at, kTurn);
      if (moved) turn_ = id;
      at = next;
    }
  }
  control_frames_ = 0;
  cuts_out_ = std::exchange(cuts_, {});
  flushes_ = false;
  return std::exchange(output_, {});
}

void H2Session::put_fields(std::uint32_t stream, Bytes field_block, bool last) {
  std::uint8_t flags = last ? kH2EndStream : 0;
  H2Type type = H2Type::headers;
  while (field_block.size() > frame_limit_) {
    control(type, flags, stream, field_block.first(frame_limit_));
    field_block = field_block.subspan(frame_limit_);
    type = H2Type::continuation;
    flags = 0;
  }
  control(type, flags | kH2EndHeaders, stream, field_block);
}

void H2Session::attach(std::uint32_t stream, std::shared_ptr<const void> source) {
  if (H2Stream* found = find(stream)) found->source = std::move(source);
}

bool H2Session::waits_for_client() const {
  return std::ranges::any_of(streams_, [](const auto& entry) {
    const H2Stream& stream = entry.second;
    if (stream.state == H2Stream::State::answering) return stream.body->ready();
    return stream.state == H2Stream::State::reading || stream.state == H2Stream::State::sending;
  });
}

void H2Session::answer(std::uint32_t stream, Bytes field_block, std::unique_ptr<Body> body) {
  const auto at = streams_.find(stream);
  if (at == streams_.end()) return;
  put_fields(stream, field_block, body == nullptr);
  if (!body) {
    complete(at);
    cut();
    return;
  }
  if (flushes_) cut();
  at->second.state = H2Stream::State::answering;
  at->second.body = std::move(body);
  if (output_.size() < kOutputAtOnce) pump(at, kOutputAtOnce);
}

// Our side is done. What the client still wanted to send is not awaited.
void H2Session::complete(Streams::iterator at) {
  const std::uint32_t id = at->first;
  const bool ended = at->second.in_ended;
  streams_.erase(at);
  if (!ended) {
    Writer payload;
    payload.u32(static_cast<std::uint32_t>(H2Error::none));
    control(H2Type::rst_stream, 0, id, payload.view());
  }
}

void H2Session::cut() {
  flushes_ = false;
  if (cuts_.empty() || cuts_.back() != output_.size()) cuts_.push_back(output_.size());
}

// Moves up to `budget` bytes of one stream into the output; false: it has none, or may not send.
bool H2Session::pump(Streams::iterator at, std::size_t budget) {
  const bool sends =
      at->second.state == H2Stream::State::answering || at->second.state == H2Stream::State::tunnel;
  bool moved = false;
  const std::uint32_t id = at->first;
  const bool is_answer = at->second.state == H2Stream::State::answering;
  const std::int64_t before = send_window_;
  while (sends && budget > 0) {
    const std::int64_t window = std::min(send_window_, at->second.send_window);
    const std::size_t most = std::min({kDataFrame, frame_limit_, budget});
    const std::size_t room = window <= 0 ? 0 : std::min<std::size_t>(most, static_cast<std::size_t>(window));
    const bool sent =
        at->second.state == H2Stream::State::tunnel ? pump_tunnel(at, room) : pump_body(at, room);
    if (!sent) break;
    moved = true;
    budget -= std::min(budget, most);
    if (find(id) == nullptr) break;
    if (is_answer && (before - send_window_) % std::int64_t{kTurn} == 0) cut();
  }
  if (is_answer && moved) cut();
  return moved;
}

bool H2Session::pump_body(Streams::iterator at, std::size_t room) {
  H2Stream& stream = at->second;
  if (!stream.body->ready() || (room == 0 && !stream.body->only_ends())) return false;
  Buffer part(room);
  const std::size_t count = stream.body->read(part);
  if (stream.body->broken()) {
    reset(at->first, H2Error::internal);
    return true;
  }
  stream.send_window -= static_cast<std::int64_t>(count);
  send_window_ -= static_cast<std::int64_t>(count);
  const bool last = stream.body->done();
  put_h2_frame(output_, H2Type::data, last ? kH2EndStream : 0, at->first, Bytes(part).first(count));
  if (last) complete(at);
  return true;
}

}  // namespace rozaneh::site
