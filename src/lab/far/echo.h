// Who sends back what comes: for flows of which only the beginning matters.
#pragma once

#include <functional>

#include "io/server.h"

namespace rozaneh::lab {

// Over TCP, until the client ends.
class Echo final : public io::Handler {
 public:
  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override;
};

// Over UDP, until it is killed. `ready` is called once it listens.
Result<> echo_datagrams(const Endpoint& at, const std::function<void()>& ready);

}  // namespace rozaneh::lab
