#include "site/field_line.h"

namespace rozaneh::site {
namespace {

bool is_name(char letter) {
  const char low = static_cast<char>(letter | 0x20);
  return (letter >= '0' && letter <= '9') || letter == '-' || (low >= 'a' && low <= 'z');
}

bool is_control(char letter) {
  const auto value = static_cast<unsigned char>(letter);
  return value <= 0x20 || value == 0x7f;
}

}  // namespace

FieldLine::Step FieldLine::feed_start(char letter) {
  if (letter == '\r') return go(State::end_almost_done);
  if (letter == '\n') return Step::end;
  if (letter == ':') return Step::bad;
  state_ = State::name;
  return feed_name(letter);
}

FieldLine::Step FieldLine::feed_name(char letter) {
  if (letter == ':') return go(State::value);
  if (letter == '\r') return go(State::almost_done);
  if (letter == '\n') return finish();
  if (is_control(letter)) return Step::bad;
  odd_ |= !is_name(letter);
  name += letter;
  return Step::more;
}

FieldLine::Step FieldLine::feed_value(char letter) {
  if (letter == '\r') return go(State::almost_done);
  if (letter == '\n') return finish();
  if (letter == '\0') return Step::bad;
  if (letter == ' ' && value.empty()) return Step::more;
  value += letter;
  return Step::more;
}

FieldLine::Step FieldLine::finish() {
  value.resize(value.find_last_not_of(' ') + 1);
  return odd_ ? Step::ignored : Step::field;
}

FieldLine::Step FieldLine::feed(std::uint8_t byte) {
  const char letter = static_cast<char>(byte);
  switch (state_) {
    case State::start:
      return feed_start(letter);
    case State::name:
      return feed_name(letter);
    case State::value:
      return feed_value(letter);
    case State::almost_done:
      return letter == '\n' ? finish() : letter == '\r' ? Step::more : Step::bad;
    case State::end_almost_done:
      break;
  }
  return letter == '\n' ? Step::end : Step::bad;
}

}  // namespace rozaneh::site
