// The serving side of one listening port: transport in, egress out.
#pragma once

#include "base/counters.h"
#include "egress/egress.h"
#include "io/relay.h"
#include "io/server.h"
#include "transport/transport.h"

namespace rozaneh::egress {

class Bridge final : public io::Handler {
 public:
  struct Options {
    std::string transport;             // its name, for logs and for who is told the origin
    io::Clock::duration idle_limit{};  // see RelayOptions
    io::Clock::duration request_limit{std::chrono::seconds(30)};  // for naming a destination
  };

  // All but the options outlives the bridge.
  Bridge(transport::Acceptor& acceptor, Egress& egress, Counters& counters, Log& log, Options options)
      : acceptor_(acceptor), egress_(egress), counters_(counters), log_(log), options_(std::move(options)) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer) override;

 private:
  struct Ends {
    io::StreamPtr inside;  // the client's stream
    io::StreamPtr out;
  };

  // `origin` is the caller's, which awaits at once.
  io::Task<Result<Ends>> open_both(io::Loop& loop, io::StreamPtr raw, const Origin& origin);
  // The way out that the client asks for, and the client's stream behind its request.
  io::Task<Result<io::StreamPtr>> open_requested(io::Loop& loop, io::StreamPtr& client, const Origin& origin);

  transport::Acceptor& acceptor_;
  Egress& egress_;
  Counters& counters_;
  Log& log_;
  Options options_;
};

}  // namespace rozaneh::egress
