// What applications speak to on their own machine: SOCKS5 (TCP and UDP) and HTTP CONNECT on one port.
#pragma once

#include "base/counters.h"
#include "io/relay.h"
#include "io/server.h"
#include "proxy/association.h"
#include "proxy/opener.h"

namespace rozaneh::proxy {

class ApplicationProxy final : public io::Handler {
 public:
  struct Options {
    bool http = true;  // HTTP CONNECT and UDP too; Tor asks for TCP by SOCKS5 alone
    io::Clock::duration request_limit{std::chrono::seconds(30)};
    io::Clock::duration idle_limit{};  // see RelayOptions
  };

  // All but the options outlives the proxy.
  ApplicationProxy(Opener& opener, Counters& counters, Log& log, Options options)
      : opener_(opener), counters_(counters), log_(log), options_(options) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr application, Endpoint peer) override;

 private:
  // Reads the request; `application` then is what comes behind it.
  io::Task<Result<std::unique_ptr<RequestHandshake>>> read_request(io::Loop& loop,
                                                                   io::StreamPtr& application);
  io::Task<Result<>> serve_request(io::Loop& loop, io::StreamPtr& application, Endpoint peer);
  // Open what is asked for, and answer.
  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, std::unique_ptr<RequestHandshake> asked,
                                       io::Stream& application);
  io::Task<Result<std::shared_ptr<Association>>> associate(io::Loop& loop, Request request,
                                                           io::Stream& application, Endpoint peer);

  Opener& opener_;
  Counters& counters_;
  Log& log_;
  Options options_;
};

}  // namespace rozaneh::proxy
