// HEADERS, CONTINUATION, and what they say.
#include <algorithm>

#include "base/reader.h"
#include "site/checks.h"
#include "site/h2_session.h"

namespace rozaneh::site {
namespace {

constexpr unsigned kBadRequest = 400;

enum class Name : std::uint8_t { good, odd, bad };

// Odd names are passed over, bad ones end the stream.
Name judge_name(std::string_view name) {
  Name result = Name::good;
  for (const char letter : name.substr(name.starts_with(':') ? 1 : 0)) {
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '-') continue;
    const auto value = static_cast<unsigned char>(letter);
    if (value <= 0x20 || value == 0x7f || letter == ':' || (letter >= 'A' && letter <= 'Z')) return Name::bad;
    result = Name::odd;
  }
  return result;
}

bool is_method(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](char letter) {
    return (letter >= 'A' && letter <= 'Z') || letter == '_' || letter == '-';
  });
}

bool is_scheme(std::string_view text) {
  const auto is_alpha = [](char letter) {
    const char low = static_cast<char>(letter | 0x20);
    return low >= 'a' && low <= 'z';
  };
  return !text.empty() && is_alpha(text.front()) && std::ranges::all_of(text, [&](char letter) {
    return is_alpha(letter) || (letter >= '0' && letter <= '9') || letter == '+' || letter == '-' ||
           letter == '.';
  });
}

bool is_target(std::string_view text) {
  return text.starts_with('/') && std::ranges::none_of(text, [](char letter) {
           const auto value = static_cast<unsigned char>(letter);
           return value <= 0x20 || value == 0x7f;
         });
}

}  // namespace

bool H2Session::read_fields_head(Bytes& input) {
  const bool padded = (flags_ & kH2Padded) != 0;
  const bool prioritized = (flags_ & kH2Priority) != 0;
  const std::size_t size = (padded ? 1U : 0U) + (prioritized ? 5U : 0U);
  if (length_ <= size) {
    end(H2Error::frame_size);
    return true;
  }
  if (goaway_) {
    phase_ = Phase::skip;
    return true;
  }
  if (input.size() < size) return false;
  Reader head(input.first(size));
  length_ -= size;
  if (padded) padding_ = *head.u8();
  const std::uint32_t depends = prioritized ? *head.u32() & 0x7fffffffU : 0;
  input = input.subspan(size);
  if (padding_ > length_ || id_ % 2 == 0 || id_ <= last_id_ || depends == id_) {
    end(H2Error::protocol);
    return true;
  }
  length_ -= padding_;
  phase_ = Phase::fields;
  open_stream((flags_ & kH2EndStream) != 0);
  return true;
}

void H2Session::open_stream(bool ended) {
  last_id_ = id_;
  fields_left_ = kMostFields;
  block_.clear();
  block_size_ = 0;
  // Against rapid resets (CVE-2023-44487), nginx also counts those that came together and those refused.
  for_nobody_ = new_streams_++ >= 2 * kMostStreams || streams_.size() >= kMostStreams;
  if (for_nobody_ && refused_++ > kMostStreams) {
    end(H2Error::none);
  } else if (for_nobody_) {
    Writer payload;
    payload.u32(static_cast<std::uint32_t>(H2Error::refused_stream));
    control(H2Type::rst_stream, 0, id_, payload.view());
  }
  if (for_nobody_) return;
  priorities_left_ += kMostStreams;
  H2Stream& stream = streams_[id_];
  stream.request.version = Version::http2;
  stream.in_ended = ended;
  stream.send_window = initial_window_;
  if (options_.requests > 0) --options_.requests;
  if (options_.requests == 0) goaway(H2Error::none);
}

bool H2Session::read_fields(Bytes& input) {
  const std::size_t count = std::min(input.size(), length_);
  append(block_, input.first(count));
  block_size_ += count;
  length_ -= count;
  input = input.subspan(count);
  const bool last = length_ == 0 && (flags_ & kH2EndHeaders) != 0;
  decode_fields(last);
  if (ended_ || length_ > 0) return !ended_ && length_ == 0;
  // Padding stands between a frame and its continuation.
  if (padding_ > 0) {
    const std::size_t skipped = std::min(input.size(), padding_);
    padding_ -= skipped;
    input = input.subspan(skipped);
    if (padding_ > 0 && !last) return false;
  }
  if (last)
    end_fields();
  else
    phase_ = Phase::continuation;
  return true;
}

void H2Session::decode_fields(bool last) {
  Bytes rest = block_;
  Field field;
  for (;;) {
    const HpackDecoder::Step step = decoder_.take(rest, field);
    if (step == HpackDecoder::Step::nothing) continue;
    if (step == HpackDecoder::Step::field) {
      if (on_field(std::move(field))) continue;
      return;
    }
    if (step == HpackDecoder::Step::bad) end(H2Error::compression);
    if (step == HpackDecoder::Step::too_large) end(H2Error::enhance_your_calm);
    if (step == HpackDecoder::Step::no_name) end(H2Error::protocol);
    if (step == HpackDecoder::Step::more && last && !rest.empty()) end(H2Error::frame_size);
    break;
  }
  block_ = Buffer(rest.begin(), rest.end());
}

// False: the connection is over.
bool H2Session::on_field(Field field) {
  const std::size_t size = field.name.size() + field.value.size();
  if (size > fields_left_) {
    end(H2Error::enhance_your_calm);
    return false;
  }
  fields_left_ -= size;
  H2Stream* stream = for_nobody_ ? nullptr : find(id_);
  if (stream == nullptr || stream->state != H2Stream::State::reading) return true;
  const Name name = judge_name(field.name);
  const bool bad_value = field.value.find_first_of(std::string_view("\0\r\n", 3)) != std::string::npos;
  if (name == Name::bad || bad_value)
    reset(id_, H2Error::protocol);
  else if (field.name.starts_with(':'))
    on_pseudo(*stream, field);
  else if (name == Name::good)
    refuse(id_, add_field(stream->request, std::move(field)));
  return true;
}

void H2Session::on_pseudo(H2Stream& stream, Field& field) {
  Request& request = stream.request;
  unsigned status = kBadRequest;
  if (field.name == ":path" && !stream.has_path && is_target(field.value)) {
    stream.has_path = true;
    status = set_target(request, std::move(field.value));
  } else if (field.name == ":method" && request.method.empty() && is_method(field.value)) {
    request.method = std::move(field.value);
    status = 0;
  } else if (field.name == ":scheme" && !stream.has_scheme && is_scheme(field.value)) {
    stream.has_scheme = true;
    status = 0;
  } else if (field.name == ":authority") {
    status = add_field(request, {"host", std::move(field.value)});
  } else if (field.name == ":protocol" && request.protocol.empty() && options_.may_extend &&
             options_.may_extend(request)) {
    request.protocol = std::move(field.value);
    status = 0;
  }
  refuse(id_, status);
}

// Nothing happens for 0.
void H2Session::refuse(std::uint32_t id, unsigned status) {
  H2Stream* stream = find(id);
  if (status == 0 || stream == nullptr) return;
  stream->state = H2Stream::State::waiting;
  ready_.push_back({id, status});
}

bool H2Session::read_continuation(Bytes& input) {
  if (input.size() < kH2FrameHead) return false;
  Reader head(input.first(kH2FrameHead));
  const std::size_t high = *head.u8();
  length_ = (high << 16U) | *head.u16();
  const auto type = static_cast<H2Type>(*head.u8());
  flags_ = static_cast<std::uint8_t>(flags_ | (*head.u8() & kH2EndHeaders));
  const std::uint32_t id = *head.u32() & 0x7fffffffU;
  input = input.subspan(kH2FrameHead);
  phase_ = Phase::fields;
  if (type != H2Type::continuation || id != id_) end(H2Error::protocol);
  return true;
}

void H2Session::end_fields() {
  phase_ = Phase::skip;  // what padding is left
  H2Stream* stream = for_nobody_ ? nullptr : find(id_);
  if (stream == nullptr || stream->state != H2Stream::State::reading) return;
  Request& request = stream->request;
  unsigned status = request.method.empty() || !stream->has_scheme || !stream->has_path ? kBadRequest : 0;
  if (status == 0) status = check_head(request);
  if (status == 405 && !request.protocol.empty()) status = 0;
  if (status == 0 && stream->in_ended && request.content_length.value_or(0) > 0) status = kBadRequest;
  if (status == 0) useful_ += block_size_;
  if (status == 0 && options_.keeps_bodies && !stream->in_ended && request.protocol.empty()) {
    stream->state = H2Stream::State::sending;
    window_update(id_, kH2MostWindow - stream->receive_window);
    stream->receive_window = kH2MostWindow;
    return;
  }
  stream->state = H2Stream::State::waiting;
  ready_.push_back({id_, status});
}

Buffer H2Session::take_body(std::uint32_t stream) {
  H2Stream* found = find(stream);
  return found == nullptr ? Buffer() : std::exchange(found->inbound, {});
}

std::optional<H2Session::Ready> H2Session::next() {
  if (ready_.empty()) return std::nullopt;
  const Ready first = ready_.front();
  ready_.pop_front();
  return first;
}

const Request* H2Session::request(std::uint32_t stream) const {
  const auto found = streams_.find(stream);
  return found == streams_.end() ? nullptr : &found->second.request;
}

}  // namespace rozaneh::site
