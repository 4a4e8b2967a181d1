// Opens what an application asks for.
#pragma once

#include "io/datagrams.h"
#include "io/loop.h"
#include "io/stream.h"
#include "wire/request.h"

namespace rozaneh::proxy {

// Used from several loops at once.
class Opener {
 public:
  virtual ~Opener() = default;
  virtual io::Task<Result<io::StreamPtr>> open(io::Loop& loop, const Request& request) = 0;

  // A UDP flow to any address; fails with SocksReply::command_not_supported where nothing carries one.
  virtual io::Task<Result<io::DatagramsPtr>> open_flow(io::Loop& /*loop*/) {
    co_return fail(SocksReply::command_not_supported);
  }
};

}  // namespace rozaneh::proxy
