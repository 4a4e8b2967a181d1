#include "cli/session_server.h"

#include "tunnel/server_key.h"

namespace rozaneh::cli {

Result<std::unique_ptr<SessionServer>> SessionServer::make(io::State& state, egress::Egress& egress,
                                                           Running& running, std::chrono::seconds idle_limit,
                                                           const tunnel::Server::Options& options) {
  const auto key = tunnel::kept_key(state, running.loops().first().random());
  if (!key) return std::unexpected(key.error());
  return std::unique_ptr<SessionServer>(new SessionServer(*key, egress, running, idle_limit, options));
}

SessionServer::SessionServer(const crypto::KeyPair& key, egress::Egress& egress, Running& running,
                             std::chrono::seconds idle_limit, const tunnel::Server::Options& options)
    : key_(key.public_key),
      streams_(egress, running.counters(), running.console(), idle_limit),
      server_(key, streams_, options, running.loops().first().random()) {}

std::string SessionServer::argument() const { return tunnel::serialize_key(key_); }

}  // namespace rozaneh::cli
