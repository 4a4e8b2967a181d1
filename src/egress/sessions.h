// Where the streams and the UDP flows of tunnel sessions go.
#pragma once

#include "base/counters.h"
#include "egress/egress.h"
#include "egress/flow.h"
#include "tunnel/server.h"

namespace rozaneh::egress {

class SessionStreams final : public tunnel::StreamHandler {
 public:
  static constexpr std::size_t kMostFlows = 64;          // of one session
  static constexpr std::size_t kMostFlowsInAll = 4'096;  // each has one or two sockets

  // All of it outlives the sessions. `idle_limit` as in RelayOptions.
  SessionStreams(Egress& egress, Counters& counters, Log& log, io::Clock::duration idle_limit)
      : egress_(egress), counters_(counters), log_(log), idle_limit_(idle_limit) {}

  void open(std::shared_ptr<tunnel::Host> host, tunnel::StreamNumber stream, tunnel::StreamKind kind,
            const Target& target, const Endpoint& client) override;
  void resume(std::shared_ptr<tunnel::Host> host, const tunnel::OutletSnapshot& outlet, io::Descriptor socket,
              const Endpoint& client) override;
  void resume(tunnel::Host& host, const tunnel::FlowSnapshot& flow,
              std::vector<io::Descriptor>& sockets) override;

 private:
  io::Task<> serve(std::shared_ptr<tunnel::Host> host, tunnel::StreamNumber stream, Target target,
                   Endpoint client);
  io::Task<> go_on(io::Loop& loop, io::StreamPtr inside, io::StreamPtr out);
  io::Task<> carry(io::Loop& loop, io::StreamPtr inside, io::StreamPtr out);
  void open_flow(tunnel::Host& host, tunnel::StreamNumber stream, const Target& target);
  std::shared_ptr<Flow> make_flow(tunnel::Host& host, tunnel::StreamNumber stream, io::DatagramsPtr inside,
                                  const Target& target);
  io::Task<> serve_flow(std::shared_ptr<Flow> flow);

  Egress& egress_;
  Counters& counters_;
  Log& log_;
  io::Clock::duration idle_limit_;
};

}  // namespace rozaneh::egress
