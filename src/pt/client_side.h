// A managed transport on a client's machine: a SOCKS5 port for each transport, bridges at the far end.
#pragma once

#include <memory>
#include <vector>

#include "io/server.h"
#include "proxy/application.h"
#include "pt/bridge_opener.h"
#include "pt/environment.h"

namespace rozaneh::pt {

class ClientSide {
 public:
  ClientSide(const Environment& environment, const ClientOrder& order, const Parts& parts);

  // Listens on loopback for every transport that Tor asks for and we know, and says so: PROXY DONE, CMETHOD,
  // CMETHOD-ERROR, CMETHODS DONE. Answers how many there are; this outlives the server.
  std::size_t listen(io::Server& server);

 private:
  struct Method {
    Method(const transport::Transport& transport, BridgeOpener::RawDialer raw, const Parts& parts);

    Connectors connectors;
    BridgeOpener opener;
    proxy::ApplicationProxy proxy;
  };

  bool listen(io::Server& server, const transport::Transport& transport);

  ClientOrder order_;
  Parts parts_;
  BridgeOpener::RawDialer raw_;
  std::vector<std::unique_ptr<Method>> methods_;
};

}  // namespace rozaneh::pt
