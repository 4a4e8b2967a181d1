// What the server's frames do.
#include <fmt/format.h>

#include <charconv>

#include "base/reader.h"
#include "transport/webtunnel/error.h"
#include "transport/webtunnel/h2_client.h"
#include "transport/webtunnel/h2_request.h"

namespace rozaneh::webtunnel {
namespace {

using site::H2Error;
using site::H2Type;

constexpr std::uint32_t kTunnel = 1;
constexpr std::size_t kMostBlock = std::size_t{64} * 1024;  // of a field block as it is sent
constexpr unsigned kMostPieces = 64;                        // of a field block
constexpr unsigned kMostInterim = 32;                       // answers before the answer
constexpr std::size_t kSetting = 6;

// Takes the length and the bytes of padding off; false: there are not so many.
bool strip_padding(std::uint8_t flags, Bytes& payload) {
  if ((flags & site::kH2Padded) == 0) return true;
  if (payload.empty() || payload.front() >= payload.size()) return false;
  payload = payload.subspan(1, payload.size() - 1 - payload.front());
  return true;
}

std::optional<unsigned> parse_status(std::string_view text) {
  unsigned status = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), status);
  if (text.size() != 3 || error != std::errc() || end != text.data() + text.size() || status < 100)
    return std::nullopt;
  return status;
}

}  // namespace

bool H2Client::take_frame(Bytes& rest) {
  if (rest.size() < site::kH2FrameHead) return false;
  Reader head(rest);
  const std::size_t high = *head.u8();
  const std::size_t size = (high << 16U) | *head.u16();
  const auto type = static_cast<H2Type>(*head.u8());
  const std::uint8_t flags = *head.u8();
  const std::uint32_t stream = *head.u32() & 0x7fffffffU;
  if (!has_settings_ && type != H2Type::settings) {
    lost(Error(WebTunnelError::http2, "its first word is none of HTTP/2"));
    return false;
  }
  if (size > site::kH2Frame) {
    broken(H2Error::frame_size, "too large a frame");
    return false;
  }
  const auto payload = head.bytes(size);
  if (!payload) return false;
  rest = head.rest();
  on_frame({type, flags, stream, *payload});
  return true;
}

void H2Client::on_frame(const Frame& frame) {
  if (in_block_ != (frame.type == H2Type::continuation)) {
    broken(H2Error::protocol, "a field block that is not in one piece");
    return;
  }
  switch (frame.type) {
    case H2Type::data:
      return on_data(frame);
    case H2Type::headers:
      return on_headers(frame);
    case H2Type::continuation:
      return on_block(frame, frame.payload);
    case H2Type::rst_stream:
      return on_reset(frame);
    case H2Type::settings:
      return on_settings(frame);
    case H2Type::push_promise:
      return broken(H2Error::protocol, "a push, which we do not take");
    case H2Type::ping:
      if (frame.stream != 0) return broken(H2Error::protocol, "a ping on a stream");
      if (frame.payload.size() != 8) return broken(H2Error::frame_size, "a ping of another size");
      if ((frame.flags & site::kH2Ack) == 0) control(H2Type::ping, site::kH2Ack, 0, frame.payload);
      return;
    case H2Type::goaway:
      return on_goaway(frame);
    case H2Type::window_update:
      return on_window_update(frame);
    case H2Type::priority:
      return;
  }
}

void H2Client::on_data(const Frame& frame) {
  const auto size = static_cast<std::int64_t>(frame.payload.size());
  Bytes content = frame.payload;
  if (frame.stream != kTunnel || !opened_) return broken(H2Error::protocol, "data before the answer");
  if (in_ended_) return broken(H2Error::stream_closed, "data behind the end");
  if (size > receive_window_ || size > stream_receive_window_)
    return broken(H2Error::flow_control, "more data than we let it send");
  if (!strip_padding(frame.flags, content)) return broken(H2Error::protocol, "too much padding");
  receive_window_ -= size;
  stream_receive_window_ -= size;
  in_ended_ = (frame.flags & site::kH2EndStream) != 0;
  const bool wanted = !left_ && !content.empty();
  if (wanted) inbound_.emplace_back(content.begin(), content.end());
  give_back(frame.payload.size() - (wanted ? content.size() : 0));
}

void H2Client::on_headers(const Frame& frame) {
  Bytes part = frame.payload;
  if (frame.stream != kTunnel) return broken(H2Error::protocol, "an answer to what nobody asked");
  if (in_ended_) return broken(H2Error::stream_closed, "fields behind the end");
  if (!strip_padding(frame.flags, part)) return broken(H2Error::protocol, "too much padding");
  if ((frame.flags & site::kH2Priority) != 0) {
    if (part.size() < 5) return broken(H2Error::frame_size, "no room for a priority");
    part = part.subspan(5);
  }
  in_block_ = true;
  pieces_ = 0;
  block_ends_stream_ = (frame.flags & site::kH2EndStream) != 0;
  on_block(frame, part);
}

void H2Client::on_block(const Frame& frame, Bytes part) {
  if (frame.stream != kTunnel) return broken(H2Error::protocol, "a field block that is not in one piece");
  if (++pieces_ > kMostPieces || block_.size() + part.size() > kMostBlock)
    return broken(H2Error::enhance_your_calm, "too many fields");
  append(block_, part);
  if ((frame.flags & site::kH2EndHeaders) == 0) return;
  in_block_ = false;
  end_block();
  block_ = Buffer();
}

void H2Client::end_block() {
  unsigned status = 0;
  if (!read_block(status)) return;
  if (!opened_) return on_status(status);
  if (status != 0 || !block_ends_stream_) return broken(H2Error::protocol, "a second answer");
  in_ended_ = true;
}

// All fields must be read, for the table's sake; one matters. False: they cannot be read.
bool H2Client::read_block(unsigned& status) {
  using Step = site::HpackDecoder::Step;
  Bytes rest = block_;
  site::Field field;
  std::size_t size = 0;
  while (!rest.empty()) {
    const Step step = decoder_.take(rest, field);
    if (step == Step::nothing) continue;
    if (step != Step::field) {
      broken(H2Error::compression, "fields that cannot be read");
      return false;
    }
    size += field.name.size() + field.value.size() + 32;  // as RFC 9113 section 6.5.2 counts
    const auto number = field.name == ":status" ? parse_status(field.value) : std::nullopt;
    if (size > kH2MostFields || (field.name.starts_with(':') && (!number || status != 0))) {
      broken(H2Error::protocol, "fields that make no answer");
      return false;
    }
    if (number) status = *number;
  }
  return true;
}

void H2Client::on_status(unsigned status) {
  if (status == 0 || status == 101) return broken(H2Error::protocol, "an answer without a status");
  if (status < 200) {
    if (block_ends_stream_ || ++interim_ > kMostInterim) broken(H2Error::protocol, "no answer in the end");
    return;
  }
  if (status >= 300) {
    std::string detail = meaning_of(std::to_string(status));
    if (status == 400) detail += ": as of a web server that carries no WebTunnel over HTTP/2";
    return lost(Error(WebTunnelError::refused, std::move(detail)));
  }
  opened_ = true;
  in_ended_ = block_ends_stream_;
}

void H2Client::on_reset(const Frame& frame) {
  if (frame.payload.size() != 4) return broken(H2Error::frame_size, "a reset of another size");
  if (frame.stream != kTunnel) return broken(H2Error::protocol, "a reset of what is not there");
  const std::uint32_t error = *Reader(frame.payload).u32();
  reset_ = true;
  lost(opened_ ? Error(WebTunnelError::reset)
               : Error(WebTunnelError::refused, fmt::format("reset with error {}", error)));
}

void H2Client::on_settings(const Frame& frame) {
  const bool is_answer = (frame.flags & site::kH2Ack) != 0;
  if (frame.stream != 0) return broken(H2Error::protocol, "settings on a stream");
  if (is_answer ? !frame.payload.empty() : frame.payload.size() % kSetting != 0)
    return broken(H2Error::frame_size, "settings of another size");
  has_settings_ = true;
  if (is_answer) return;
  Reader settings(frame.payload);
  while (!settings.empty() && !failure_) {
    const std::uint16_t id = *settings.u16();
    apply_setting(id, *settings.u32());
  }
  if (!failure_) control(H2Type::settings, site::kH2Ack, 0, {});
}

void H2Client::apply_setting(std::uint16_t id, std::uint32_t value) {
  constexpr std::uint16_t kEnablePush = 2;
  constexpr std::uint16_t kInitialWindow = 4;
  constexpr std::uint16_t kMaxFrame = 5;  // ours are of the smallest limit
  constexpr std::uint32_t kLargestFrame = 0xffffff;
  if (id == kEnablePush && value != 0) broken(H2Error::protocol, "settings of a client");
  if (id == kMaxFrame && (value < site::kH2Frame || value > kLargestFrame))
    broken(H2Error::protocol, "settings that cannot be");
  if (id != kInitialWindow) return;
  const std::int64_t delta = static_cast<std::int64_t>(value) - initial_window_;
  if (value > site::kH2MostWindow || stream_send_window_ > site::kH2MostWindow - delta)
    return broken(H2Error::flow_control, "too large a window");
  initial_window_ = value;
  stream_send_window_ += delta;
}

// A tunnel that the server has seen goes on.
void H2Client::on_goaway(const Frame& frame) {
  if (frame.stream != 0) return broken(H2Error::protocol, "a farewell on a stream");
  if (frame.payload.size() < 8) return broken(H2Error::frame_size, "a farewell of another size");
  Reader payload(frame.payload);
  const std::uint32_t last = *payload.u32() & 0x7fffffffU;
  if (last >= kTunnel) return;
  reset_ = true;
  lost(Error(WebTunnelError::refused, fmt::format("HTTP/2 ended with error {}", *payload.u32())));
}

void H2Client::on_window_update(const Frame& frame) {
  if (frame.payload.size() != 4) return broken(H2Error::frame_size, "a window of another size");
  if (frame.stream > kTunnel) return broken(H2Error::protocol, "a window of what is not there");
  const std::int64_t increment = *Reader(frame.payload).u32() & 0x7fffffffU;
  std::int64_t& window = frame.stream == 0 ? send_window_ : stream_send_window_;
  if (increment == 0) return broken(H2Error::protocol, "a window that grows by nothing");
  if (increment > site::kH2MostWindow - window) return broken(H2Error::flow_control, "too large a window");
  window += increment;
}

}  // namespace rozaneh::webtunnel
