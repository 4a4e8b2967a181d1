#include "transport/webtunnel/h2_client.h"

#include "base/reader.h"
#include "transport/webtunnel/error.h"
#include "transport/webtunnel/h2_request.h"

namespace rozaneh::webtunnel {
namespace {

using site::H2Error;
using site::H2Type;

constexpr std::uint32_t kTunnel = 1;         // its stream
constexpr std::size_t kDataPayload = 16375;  // with its head 16 KiB, one TLS record: Chromium's
constexpr unsigned kDataFrames = 4;          // in a write
constexpr std::size_t kMostOutput = std::size_t{64} * 1024;
// Chromium says that it has taken bytes when they are half of the window.
constexpr std::int64_t kGiveBack = kH2ConnectionWindow / 2;
constexpr std::int64_t kGiveBackToStream = kH2StreamWindow / 2;

// How many bytes the beginning of a frame lacks to its head, or to its end.
std::size_t missing(Bytes frame) {
  if (frame.size() < site::kH2FrameHead) return site::kH2FrameHead - frame.size();
  Reader head(frame);
  const std::size_t high = *head.u8();
  return site::kH2FrameHead + ((high << 16U) | *head.u16()) - frame.size();
}

}  // namespace

H2Client::H2Client(const std::string& host, const std::string& path)
    : decoder_(kH2TableSize), receive_window_(kH2ConnectionWindow), stream_receive_window_(kH2StreamWindow) {
  greeting_.push_back(h2_greeting());
  greeting_.push_back(h2_request(host, path));
}

void H2Client::feed(Bytes bytes) {
  // First what completes the frame under way; all others are read where they lie.
  while (!input_.empty() && !bytes.empty() && !failure_) {
    const Bytes part = bytes.first(std::min(bytes.size(), missing(input_)));
    append(input_, part);
    bytes = bytes.subspan(part.size());
    Bytes rest = input_;
    if (take_frame(rest)) input_ = Buffer();
  }
  while (!failure_ && take_frame(bytes)) {
  }
  if (!failure_) append(input_, bytes);
}

void H2Client::end_of_input(Error why) {
  if (!in_ended_ || !end_sent_) lost(std::move(why));
}

Buffer H2Client::output() {
  if (!greeting_.empty()) {
    Buffer next = std::move(greeting_.front());
    greeting_.pop_front();
    return next;
  }
  if (!output_.empty()) return std::exchange(output_, {});
  return data_output();
}

Buffer H2Client::data_output() {
  Buffer out;
  std::size_t sent = 0;
  for (unsigned i = 0; i < kDataFrames && opened_ && !over() && !reset_ && !end_sent_; ++i) {
    const std::int64_t window = std::max<std::int64_t>(std::min(send_window_, stream_send_window_), 0);
    const Bytes left = Bytes(outbound_).subspan(sent);
    const std::size_t count = std::min({kDataPayload, left.size(), static_cast<std::size_t>(window)});
    const bool last = finished_ && count == left.size();
    if (count == 0 && !last) break;
    site::put_h2_frame(out, H2Type::data, last ? site::kH2EndStream : 0, kTunnel, left.first(count));
    sent += count;
    send_window_ -= static_cast<std::int64_t>(count);
    stream_send_window_ -= static_cast<std::int64_t>(count);
    end_sent_ = last;
  }
  outbound_.erase(outbound_.begin(), outbound_.begin() + static_cast<std::ptrdiff_t>(sent));
  return out;
}

std::size_t H2Client::take(MutableBytes room) {
  std::size_t count = 0;
  while (!inbound_.empty() && count < room.size()) {
    const Bytes left = Bytes(inbound_.front()).subspan(taken_);
    const Bytes part = left.first(std::min(left.size(), room.size() - count));
    copy(room.subspan(count), part);
    count += part.size();
    taken_ += part.size();
    if (part.size() < left.size()) break;
    inbound_.pop_front();
    taken_ = 0;
  }
  give_back(count);
  return count;
}

void H2Client::give_back(std::size_t count) {
  const auto add = [this](std::int64_t& amount, std::int64_t& window, std::int64_t most,
                          std::uint32_t stream) {
    if (amount <= most || over() || in_ended_) return;
    Writer payload;
    payload.u32(static_cast<std::uint32_t>(amount));
    control(H2Type::window_update, 0, stream, payload.view());
    window += std::exchange(amount, 0);
  };
  unacknowledged_ += static_cast<std::int64_t>(count);
  stream_unacknowledged_ += static_cast<std::int64_t>(count);
  add(unacknowledged_, receive_window_, kGiveBack, 0);
  add(stream_unacknowledged_, stream_receive_window_, kGiveBackToStream, kTunnel);
}

void H2Client::leave() {
  if (std::exchange(left_, true)) return;
  inbound_.clear();
  outbound_.clear();
  const bool asked = greeting_.empty();
  greeting_.clear();
  if (!asked || failure_ || reset_ || (in_ended_ && end_sent_)) return;
  Writer payload;
  payload.u32(static_cast<std::uint32_t>(H2Error::cancel));
  control(H2Type::rst_stream, 0, kTunnel, payload.view());
}

void H2Client::control(H2Type type, std::uint8_t flags, std::uint32_t stream, Bytes payload) {
  if (output_.size() > kMostOutput) {
    lost(Error(WebTunnelError::http2, "it asks for answers and does not take them"));
    return;
  }
  site::put_h2_frame(output_, type, flags, stream, payload);
}

// The server has broken the protocol: it is told, and that is the end.
void H2Client::broken(H2Error error, const char* what) {
  if (failure_) return;
  Writer payload;
  payload.u32(0).u32(static_cast<std::uint32_t>(error));
  control(H2Type::goaway, 0, 0, payload.view());
  lost(Error(WebTunnelError::http2, what));
}

void H2Client::lost(Error why) {
  if (failure_) return;
  failure_ = std::move(why);
  outbound_.clear();
}

}  // namespace rozaneh::webtunnel
