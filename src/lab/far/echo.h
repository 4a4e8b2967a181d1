// Who sends back what comes: for flows of which only the beginning matters.
#pragma once

#include "io/server.h"

namespace rozaneh::lab {

// Over TCP, until the client ends.
class Echo final : public io::Handler {
 public:
  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override;
};

}  // namespace rozaneh::lab
