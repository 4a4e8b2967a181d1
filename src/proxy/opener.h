// Opens what an application asks for.
#pragma once

#include "io/loop.h"
#include "io/stream.h"
#include "wire/request.h"

namespace rozaneh::proxy {

// Used from several loops at once.
class Opener {
 public:
  virtual ~Opener() = default;
  virtual io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Request& request) = 0;
};

}  // namespace rozaneh::proxy
