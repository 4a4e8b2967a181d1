// The two directions of an established connection, without I/O: plaintext to wire bytes and back.
#pragma once

#include "base/bytes.h"
#include "base/error.h"
#include "base/fit.h"

namespace rozaneh::transport {

struct Encoded {
  std::size_t consumed;  // of the plaintext
  std::size_t produced;  // wire bytes written
};

struct Decoded {
  std::size_t plain;     // plaintext bytes, now at the front of what was handed in
  std::size_t consumed;  // wire bytes used up; the rest is to be handed in again, in front of what comes next
  bool failed =
      false;  // what came behind that plaintext was bad: the next call says how, and every later one
};

class Codec {
 public:
  virtual ~Codec() = default;

  // Encodes as much of `plain` as fits into `wire`, which must have room for at least kLeastRoom bytes; at
  // least one byte of a non-empty plaintext is consumed.
  virtual Encoded encode(Bytes plain, MutableBytes wire) = 0;

  // Which lengths of plaintext suit the next `encode`.
  [[nodiscard]] virtual Fit fit() const { return {}; }

  // Decodes in place: `wire` is what is left of earlier calls and what came since. Plaintext that was
  // authenticated before a failure is answered first; the failure comes with the next call, and stays.
  virtual Result<Decoded> decode(MutableBytes wire) = 0;

  static constexpr std::size_t kLeastRoom = 8 * 1024;
};

}  // namespace rozaneh::transport
