// The body of an answer that is still on its way to us.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace rozaneh::site {

// What goes out at once, and so is one chunk of HTTP/1.1.
struct Piece {
  Buffer bytes;
  bool flush = false;  // nothing before it is held back any longer
};

class Coming {
 public:
  enum class State : std::uint8_t {
    coming,
    complete,  // all of it has been taken
    cut,       // what there was has been taken; the rest will not come
    broken,    // it is none: no byte more
  };

  virtual ~Coming() = default;
  // The next piece; nothing where none is there yet, or never will be.
  virtual std::optional<Piece> take() = 0;
  [[nodiscard]] virtual State state() const = 0;
  // Whether small pieces may be held back on their way (proxy_buffering).
  [[nodiscard]] virtual bool buffered() const = 0;
};

}  // namespace rozaneh::site
