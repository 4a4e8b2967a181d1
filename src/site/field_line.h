// One field line of an HTTP/1 head, letter by letter, by nginx's rules.
#pragma once

#include <cstdint>
#include <string>

namespace rozaneh::site {

class FieldLine {
 public:
  // `ignored`: a name with letters that nginx drops silently (`_` among them); `end`: the empty line.
  enum class Step : std::uint8_t { more, field, ignored, end, bad };

  // One more byte. After field and ignored, `clear` makes it ready for the next line.
  Step feed(std::uint8_t byte);
  void clear() { *this = FieldLine(); }
  // Whether a line is under way.
  [[nodiscard]] bool begun() const { return state_ != State::start; }

  std::string name;
  std::string value;  // without spaces around it

 private:
  enum class State : std::uint8_t { start, name, value, almost_done, end_almost_done };

  Step go(State state) {
    state_ = state;
    return Step::more;
  }
  Step feed_start(char letter);
  Step feed_name(char letter);
  Step feed_value(char letter);
  Step finish();

  State state_ = State::start;
  bool odd_ = false;
};

}  // namespace rozaneh::site
