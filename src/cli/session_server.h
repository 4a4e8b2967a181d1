// The tunnel's server as `rozaneh bridge` runs it: its key, which is kept, and where its streams go.
#pragma once

#include "cli/running.h"
#include "egress/sessions.h"

namespace rozaneh::cli {

class SessionServer {
 public:
  // The key is read from the state, or drawn and kept there. All of it outlives this, and this the loops'
  // last run.
  static Result<std::unique_ptr<SessionServer>> make(io::State& state, egress::Egress& egress,
                                                     Running& running, std::chrono::seconds idle_limit,
                                                     const tunnel::Server::Options& options);

  [[nodiscard]] tunnel::Server& server() { return server_; }

  // What links say: `tunnel=`.
  [[nodiscard]] std::string argument() const;

 private:
  SessionServer(const crypto::KeyPair& key, egress::Egress& egress, Running& running,
                std::chrono::seconds idle_limit, const tunnel::Server::Options& options);

  crypto::PublicKey key_;
  egress::SessionStreams streams_;
  tunnel::Server server_;
};

}  // namespace rozaneh::cli
