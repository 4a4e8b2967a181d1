#include "site/request_line.h"

namespace rozaneh::site {
namespace {

using Step = RequestLine::Step;

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }
bool is_alpha(char letter) {
  const char low = static_cast<char>(letter | 0x20);
  return low >= 'a' && low <= 'z';
}
bool is_method(char letter) { return (letter >= 'A' && letter <= 'Z') || letter == '_' || letter == '-'; }
bool is_one_of(char letter, std::string_view letters) {
  return letters.find(letter) != std::string_view::npos;
}

}  // namespace

Step RequestLine::feed_start(char letter) {
  if (letter == '\r' || letter == '\n') return Step::more;
  state_ = State::method;
  return feed_method(letter);
}

Step RequestLine::feed_method(char letter) {
  if (letter == ' ' && !method.empty()) return go(State::before_target);
  if (!is_method(letter)) return Step::bad;
  method += letter;
  return Step::more;
}

Step RequestLine::feed_before_target(char letter) {
  if (letter == ' ') return Step::more;
  if (letter == '/') {
    target = "/";
    return go(State::target);
  }
  return is_alpha(letter) ? go(State::scheme) : Step::bad;
}

Step RequestLine::feed_authority(char letter) {
  switch (state_) {
    case State::scheme:
      if (is_alpha(letter) || is_digit(letter) || is_one_of(letter, "+-.")) return Step::more;
      return letter == ':' ? go(State::scheme_slash) : Step::bad;
    case State::scheme_slash:
      return letter == '/' ? go(State::scheme_slash_slash) : Step::bad;
    case State::scheme_slash_slash:
      return letter == '/' ? go(State::host_start) : Step::bad;
    case State::host_start:
      host.emplace();
      state_ = letter == '[' ? State::host_literal : State::host;
      [[fallthrough]];
    case State::host:
      if (state_ == State::host && !is_alpha(letter) && !is_digit(letter) && !is_one_of(letter, ".-"))
        return end_of_host(letter);
      *host += letter;
      return Step::more;
    case State::port:
      return is_digit(letter) ? Step::more : letter == ':' ? Step::bad : end_of_host(letter);
    default:
      return end_of_host(letter);
  }
}

Step RequestLine::feed_literal(char letter) {
  if (!is_digit(letter) && !is_alpha(letter) && !is_one_of(letter, ":]-._~!$&'()*+,;=")) return Step::bad;
  *host += letter;
  return letter == ']' ? go(State::host_end) : Step::more;
}

Step RequestLine::end_of_host(char letter) {
  switch (letter) {
    case ':':
      return go(State::port);
    case '/':
    case '?':
      target = letter;
      return go(State::target);
    case ' ':
      target = "/";
      return go(State::after_target);
    default:
      return Step::bad;
  }
}

Step RequestLine::feed_target(char letter) {
  if (letter == ' ') return go(State::after_target);
  if (letter == '\r' || letter == '\n') return end_without_version(letter);
  const auto value = static_cast<unsigned char>(letter);
  if (value < 0x20 || value == 0x7f) return Step::bad;
  target += letter;
  return Step::more;
}

Step RequestLine::end_without_version(char letter) {
  simple_ = true;
  return letter == '\r' ? go(State::almost_done) : finish();
}

Step RequestLine::feed_after_target(char letter) {
  if (letter == ' ') return Step::more;
  if (letter == '\r' || letter == '\n') return end_without_version(letter);
  if (letter != 'H') return Step::bad;
  name_letters_ = 1;
  return go(State::name);
}

Step RequestLine::feed_name(char letter) {
  constexpr std::string_view kName = "HTTP/";
  if (letter != kName[name_letters_]) return Step::bad;
  return ++name_letters_ == kName.size() ? go(State::first_major) : Step::more;
}

Step RequestLine::feed_major(char letter) {
  if (state_ == State::major && letter == '.') return go(State::first_minor);
  if (!is_digit(letter) || (state_ == State::first_major && letter == '0')) return Step::bad;
  major_ = major_ * 10 + static_cast<unsigned>(letter - '0');
  return major_ > 1 ? Step::bad_version : go(State::major);
}

Step RequestLine::feed_minor(char letter) {
  if (state_ == State::minor) {
    if (letter == '\r') return go(State::almost_done);
    if (letter == '\n') return finish();
    if (letter == ' ') return go(State::after_version);
  }
  if (!is_digit(letter) || minor_ > 99) return Step::bad;
  minor_ = minor_ * 10 + static_cast<unsigned>(letter - '0');
  return go(State::minor);
}

Step RequestLine::feed_after_version(char letter) {
  if (letter == ' ') return Step::more;
  if (letter == '\r') return go(State::almost_done);
  return letter == '\n' ? finish() : Step::bad;
}

Step RequestLine::finish() {
  version = simple_ ? Version::http09 : minor_ == 0 ? Version::http10 : Version::http11;
  return simple_ && method != "GET" ? Step::bad : Step::done;
}

Step RequestLine::feed(std::uint8_t byte) {
  const char letter = static_cast<char>(byte);
  switch (state_) {
    case State::start:
      return feed_start(letter);
    case State::method:
      return feed_method(letter);
    case State::before_target:
      return feed_before_target(letter);
    case State::host_literal:
      return feed_literal(letter);
    case State::target:
      return feed_target(letter);
    case State::after_target:
      return feed_after_target(letter);
    case State::name:
      return feed_name(letter);
    case State::first_major:
    case State::major:
      return feed_major(letter);
    case State::first_minor:
    case State::minor:
      return feed_minor(letter);
    case State::after_version:
      return feed_after_version(letter);
    case State::almost_done:
      return letter == '\n' ? finish() : Step::bad;
    default:
      return feed_authority(letter);
  }
}

}  // namespace rozaneh::site
