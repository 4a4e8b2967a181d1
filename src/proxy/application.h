// What applications speak to on their own machine: SOCKS5 and HTTP CONNECT on one port.
#pragma once

#include "base/counters.h"
#include "io/relay.h"
#include "io/server.h"
#include "proxy/opener.h"

namespace rozaneh::proxy {

class ApplicationProxy final : public io::Handler {
 public:
  struct Options {
    bool http = true;  // HTTP CONNECT too; Tor asks for SOCKS5 alone
    io::Clock::duration request_limit{std::chrono::seconds(30)};
    io::Clock::duration idle_limit{};  // see RelayOptions
  };

  // All but the options outlives the proxy.
  ApplicationProxy(Opener& opener, Counters& counters, Log& log, Options options)
      : opener_(opener), counters_(counters), log_(log), options_(options) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr application, Endpoint peer) override;

 private:
  // Reads the request, opens what it asks for and answers; `application` then is what comes behind the
  // request.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::StreamPtr& application);

  Opener& opener_;
  Counters& counters_;
  Log& log_;
  Options options_;
};

}  // namespace rozaneh::proxy
