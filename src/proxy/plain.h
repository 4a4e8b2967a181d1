// A local port whose connections all lead to the service behind a bridge with one fixed destination.
#pragma once

#include "base/counters.h"
#include "io/relay.h"
#include "io/server.h"
#include "proxy/opener.h"

namespace rozaneh::proxy {

class PlainForward final : public io::Handler {
 public:
  // All of it outlives the forward.
  PlainForward(Opener& opener, Counters& counters, Log& log, io::RelayOptions relay)
      : opener_(opener), counters_(counters), log_(log), relay_(relay) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr application, Endpoint peer) override;

 private:
  Opener& opener_;
  Counters& counters_;
  Log& log_;
  io::RelayOptions relay_;
};

}  // namespace rozaneh::proxy
