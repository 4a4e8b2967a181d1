// The frames that are not about fields.
#include "base/reader.h"
#include "site/h2_session.h"

namespace rozaneh::site {
namespace {

constexpr std::size_t kSetting = 6;
constexpr std::uint16_t kTableSize = 1;
constexpr std::uint16_t kEnablePush = 2;
constexpr std::uint16_t kInitialWindow = 4;
constexpr std::uint16_t kMaxFrame = 5;
constexpr std::uint32_t kLargestFrame = 0xffffff;
constexpr std::int64_t kMostBody = 1024 * 1024;     // client_max_body_size
constexpr std::size_t kMostKept = 4 * 1024 * 1024;  // of all bodies of a connection: nginx has files for them

std::size_t fixed_size(H2Type type) {
  switch (type) {
    case H2Type::priority:
      return 5;
    case H2Type::ping:
    case H2Type::goaway:
      return 8;
    default:
      return 4;
  }
}

}  // namespace

// What is wrong with a frame before its payload is there.
bool H2Session::check_fixed() {
  const std::size_t size = fixed_size(type_);
  if (length_ < size || (length_ > size && type_ != H2Type::goaway)) {
    end(H2Error::frame_size);
    return false;
  }
  if (type_ == H2Type::priority && --priorities_left_ == 0) {
    end(H2Error::enhance_your_calm);
    return false;
  }
  return true;
}

bool H2Session::read_fixed(Bytes& input) {
  const std::size_t size = fixed_size(type_);
  if (input.size() < size) return false;
  const Bytes payload = input.first(size);
  const std::uint32_t number = *Reader(payload).u32();
  const bool of_connection = type_ == H2Type::ping || type_ == H2Type::goaway;
  input = input.subspan(size);
  length_ -= size;
  phase_ = type_ == H2Type::goaway ? Phase::skip : Phase::head;
  if (type_ == H2Type::window_update) {
    on_window_update(number & 0x7fffffffU);
  } else if (of_connection != (id_ == 0) || (type_ == H2Type::priority && (number & 0x7fffffffU) == id_)) {
    end(H2Error::protocol);
  } else if (type_ == H2Type::rst_stream) {
    streams_.erase(id_);
  } else if (type_ == H2Type::ping && (flags_ & kH2Ack) == 0) {
    control(H2Type::ping, kH2Ack, 0, payload);
  }
  return true;
}

void H2Session::on_window_update(std::uint32_t increment) {
  if (increment == 0) {
    end(H2Error::protocol);
    return;
  }
  if (id_ == 0) {
    if (increment > kH2MostWindow - send_window_)
      end(H2Error::flow_control);
    else
      send_window_ += increment;
    return;
  }
  H2Stream* stream = find(id_);
  if (stream == nullptr) return;
  if (increment > kH2MostWindow - stream->send_window)
    reset(id_, H2Error::flow_control);
  else
    stream->send_window += increment;
}

void H2Session::begin_settings() {
  const bool is_ack = flags_ == kH2Ack;
  phase_ = Phase::settings;
  if (id_ != 0)
    end(H2Error::protocol);
  else if (is_ack ? length_ != 0 : length_ % kSetting != 0)
    end(H2Error::frame_size);
  else if (is_ack)
    phase_ = Phase::head;
}

bool H2Session::read_settings(Bytes& input) {
  if (length_ == 0) {
    control(H2Type::settings, kH2Ack, 0, {});
    phase_ = Phase::head;
    return true;
  }
  if (input.size() < kSetting) return false;
  Reader setting(input.first(kSetting));
  const std::uint16_t id = *setting.u16();
  apply_setting(id, *setting.u32());
  input = input.subspan(kSetting);
  length_ -= kSetting;
  return true;
}

void H2Session::apply_setting(std::uint16_t id, std::uint32_t value) {
  switch (id) {
    case kInitialWindow:
      if (value > kH2MostWindow)
        end(H2Error::flow_control);
      else
        change_initial_window(value);
      return;
    case kMaxFrame:
      if (value > kLargestFrame || value < kH2Frame)
        end(H2Error::protocol);
      else
        frame_limit_ = value;
      return;
    case kEnablePush:
      if (value > 1) end(H2Error::protocol);
      return;
    case kTableSize:
      table_update_ = true;
      return;
    default:
      return;
  }
}

void H2Session::change_initial_window(std::uint32_t value) {
  const std::int64_t delta = static_cast<std::int64_t>(value) - initial_window_;
  initial_window_ = value;
  std::vector<std::uint32_t> overflown;
  for (auto& [id, stream] : streams_) {
    if (stream.send_window > kH2MostWindow - delta)
      overflown.push_back(id);
    else
      stream.send_window += delta;
  }
  for (const std::uint32_t id : overflown) reset(id, H2Error::flow_control);
}

void H2Session::begin_data() {
  phase_ = Phase::data;
  // The padding's length is the payload's first byte, and is looked at with it.
  if ((flags_ & kH2Padded) != 0 && length_ == 0) end(H2Error::frame_size);
}

bool H2Session::read_data(Bytes& input) {
  const std::size_t size = length_;
  if ((flags_ & kH2Padded) != 0) {
    if (input.empty()) return false;
    padding_ = input.front();
    if (padding_ >= size) {
      end(H2Error::protocol);
      return true;
    }
    input = input.subspan(1);
    length_ -= 1 + padding_;
  }
  const auto amount = static_cast<std::int64_t>(size);
  if (id_ == 0) {
    end(H2Error::protocol);
    return true;
  }
  if (amount > receive_window_) {
    end(H2Error::flow_control);
    return true;
  }
  receive_window_ -= amount;
  if (receive_window_ < kH2MostWindow / 4) {
    window_update(0, kH2MostWindow - receive_window_);
    receive_window_ = kH2MostWindow;
  }
  phase_ = Phase::skip;
  H2Stream* stream = find(id_);
  if (stream == nullptr) return true;
  if (amount > stream->receive_window) {
    reset(id_, H2Error::flow_control);
    return true;
  }
  stream->receive_window -= amount;
  if (stream->in_ended) {
    reset(id_, H2Error::stream_closed);
    return true;
  }
  const auto padding = amount - static_cast<std::int64_t>(length_);
  if (stream->state == H2Stream::State::tunnel && padding > 0) {
    stream->receive_window += padding;
    window_update(id_, padding);
  }
  const bool kept = stream->state == H2Stream::State::tunnel || stream->state == H2Stream::State::sending;
  if (kept) phase_ = Phase::kept_data;
  return true;
}

// Of tunnels, and of bodies that are wanted; others are passed over.
bool H2Session::read_kept_data(Bytes& input) {
  const Bytes part = input.first(std::min(input.size(), length_));
  H2Stream* stream = find(id_);
  if (stream != nullptr) append(stream->inbound, part);
  useful_ += part.size();
  length_ -= part.size();
  input = input.subspan(part.size());
  if (length_ > 0) return false;
  phase_ = Phase::skip;
  if (stream == nullptr) return true;
  const bool last = (flags_ & kH2EndStream) != 0;
  stream->in_ended |= last;
  if (stream->state == H2Stream::State::sending) on_body(*stream, last);
  return true;
}

void H2Session::on_body(H2Stream& stream, bool last) {
  const auto size = static_cast<std::int64_t>(stream.inbound.size());
  const bool matches =
      !stream.request.content_length || *stream.request.content_length == stream.inbound.size();
  std::size_t kept = 0;
  for (const auto& [id, other] : streams_) kept += other.inbound.size();
  if (size > kMostBody || kept > kMostKept) {
    stream.inbound = Buffer();
    refuse(id_, 413);
  } else if (last && !matches) {
    refuse(id_, 400);
  } else if (last) {
    stream.state = H2Stream::State::waiting;
    ready_.push_back({id_, 0});
  }
}

void H2Session::reset(std::uint32_t stream, H2Error error) {
  if (streams_.erase(stream) == 0) return;
  Writer payload;
  payload.u32(static_cast<std::uint32_t>(error));
  control(H2Type::rst_stream, 0, stream, payload.view());
}

}  // namespace rozaneh::site
