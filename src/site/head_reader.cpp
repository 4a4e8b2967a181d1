#include "site/head_reader.h"

#include "site/checks.h"
#include "site/uri.h"

namespace rozaneh::site {
namespace {

constexpr unsigned kBadRequest = 400;
constexpr unsigned kTargetTooLong = 414;

}  // namespace

bool HeadReader::refuse(unsigned status) {
  state_ = State::refused;
  refusal_ = status;
  return false;
}

std::size_t HeadReader::feed(Bytes bytes) {
  std::size_t count = 0;
  while (state_ == State::reading && count < bytes.size()) {
    const std::uint8_t byte = bytes[count];
    const bool taken = in_fields_ ? feed_field(byte) : feed_line(byte);
    if (!taken) break;
    ++count;
    if (state_ != State::reading) break;
    budget_.take();
    const bool between = in_fields_ ? !field_.begun() : !line_.begun();
    if (between && in_fields_) budget_.begin_line();
    if (between && !in_fields_) budget_.forget();
    if (!budget_.has_room()) refuse(in_fields_ ? kHeadTooLarge : kTargetTooLong);
  }
  return count;
}

// Both answer false where the byte is wrong by itself; what is refused after a whole line has taken the line.
bool HeadReader::feed_line(std::uint8_t byte) {
  switch (line_.feed(byte)) {
    case RequestLine::Step::more:
      return true;
    case RequestLine::Step::done:
      end_of_line();
      return true;
    case RequestLine::Step::bad_version:
      return refuse(505);
    case RequestLine::Step::bad:
      break;
  }
  request_.method = line_.method;
  request_.version = line_.version;
  return refuse(kBadRequest);
}

bool HeadReader::feed_field(std::uint8_t byte) {
  switch (field_.feed(byte)) {
    case FieldLine::Step::more:
      return true;
    case FieldLine::Step::field:
      judge(add_field(request_, {std::move(field_.name), std::move(field_.value)}));
      field_.clear();
      return true;
    case FieldLine::Step::ignored:
      field_.clear();
      return true;
    case FieldLine::Step::end:
      state_ = State::done;
      judge(check_head(request_));
      return true;
    case FieldLine::Step::bad:
      break;
  }
  return refuse(kBadRequest);
}

void HeadReader::end_of_line() {
  request_.method = std::move(line_.method);
  request_.version = line_.version;
  if (const unsigned refused = set_target(request_, std::move(line_.target)); refused != 0) {
    refuse(refused);
    return;
  }
  if (line_.host) {
    auto host = host_name(*line_.host);
    if (!host) {
      refuse(kBadRequest);
      return;
    }
    request_.host = std::move(*host);
  }
  in_fields_ = true;
  if (request_.version == Version::http09) state_ = State::done;
}

void HeadReader::judge(unsigned refused) {
  if (refused != 0) refuse(refused);
}

}  // namespace rozaneh::site
