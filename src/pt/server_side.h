// A managed transport on a bridge: a port for each transport, Tor's ORPort behind them.
#pragma once

#include <memory>
#include <vector>

#include "egress/bridge.h"
#include "io/server.h"
#include "pt/environment.h"
#include "pt/or_port.h"
#include "pt/parts.h"

namespace rozaneh::pt {

class ServerSide {
 public:
  ServerSide(ServerOrder order, const Parts& parts);

  // Listens for every transport that Tor asks for and we know, and says so: SMETHOD, SMETHOD-ERROR, SMETHODS
  // DONE. Answers how many there are; this outlives the server.
  std::size_t listen(io::Server& server);

 private:
  // What is listened with: it must stay where it is.
  struct Method {
    std::unique_ptr<transport::Acceptor> acceptor;
    std::unique_ptr<egress::Bridge> bridge;
  };

  Result<Endpoint> listen(io::Server& server, const transport::Transport& transport,
                          const ServerTransport& wanted);

  ServerOrder order_;
  Parts parts_;
  std::unique_ptr<egress::Egress> egress_;
  std::vector<Method> methods_;
};

}  // namespace rozaneh::pt
