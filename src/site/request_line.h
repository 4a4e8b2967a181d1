// The first line of an HTTP/1 request, letter by letter: a bad one is known at its first wrong letter, as in
// nginx, and not only at its end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "site/request.h"

namespace rozaneh::site {

class RequestLine {
 public:
  enum class Step : std::uint8_t { more, done, bad, bad_version };

  // One more byte.
  Step feed(std::uint8_t byte);
  // Whether anything but empty lines came.
  [[nodiscard]] bool begun() const { return state_ != State::start; }

  std::string method;
  std::string target;               // never empty once it is done
  std::optional<std::string> host;  // from a target in absolute form; unchecked
  Version version = Version::http10;

 private:
  enum class State : std::uint8_t {
    start,
    method,
    before_target,
    scheme,
    scheme_slash,
    scheme_slash_slash,
    host_start,
    host,
    host_end,
    host_literal,
    port,
    target,
    after_target,
    name,  // the letters of "HTTP/"
    first_major,
    major,
    first_minor,
    minor,
    after_version,
    almost_done,
  };

  Step go(State state) {
    state_ = state;
    return Step::more;
  }
  Step feed_start(char letter);
  Step feed_method(char letter);
  Step feed_before_target(char letter);
  Step feed_authority(char letter);
  Step feed_literal(char letter);
  Step end_of_host(char letter);
  Step feed_target(char letter);
  Step feed_after_target(char letter);
  Step feed_name(char letter);
  Step feed_major(char letter);
  Step feed_minor(char letter);
  Step feed_after_version(char letter);
  Step finish();
  Step end_without_version(char letter);

  State state_ = State::start;
  std::uint8_t name_letters_ = 0;
  unsigned major_ = 0;
  unsigned minor_ = 0;
  bool simple_ = false;  // no version: HTTP/0.9
};

}  // namespace rozaneh::site
