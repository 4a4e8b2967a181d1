// Compression as nginx does it: level 1, with zlib's memory chosen by the length, so that the bytes are the
// same.
#pragma once

#include <zlib.h>

#include <cstdint>
#include <memory>

#include "base/bytes.h"

namespace rozaneh::site {

class Gzip {
 public:
  // `length`: how much will go in; 0: not known.
  explicit Gzip(std::uint64_t length);
  ~Gzip();
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  enum class Then : std::uint8_t { more, flush, end };
  // Compresses `input` and appends what comes out; `flush`: all of it does.
  void add(Bytes input, Then then, Buffer& out);

 private:
  std::unique_ptr<z_stream> stream_;
};

}  // namespace rozaneh::site
