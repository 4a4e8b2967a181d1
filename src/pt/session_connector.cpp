#include "pt/session_connector.h"

#include <map>
#include <mutex>

#include "io/error.h"
#include "pt/session_carrier.h"
#include "tunnel/server_key.h"

namespace rozaneh::pt {
namespace {

// Shared by a connector and its sessions, which may outlive it for a while.
using ConnectorPtr = std::shared_ptr<transport::Connector>;

class OneWay final : public tunnel::Carrier {
 public:
  OneWay(ConnectorPtr connector, std::unique_ptr<io::Dialer> raw, Target server)
      : connector_(std::move(connector)), raw_(std::move(raw)), server_(std::move(server)) {}

  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, std::size_t /*at_once*/) override {
    return connector_->open(loop, *raw_, server_);
  }

 private:
  ConnectorPtr connector_;
  std::unique_ptr<io::Dialer> raw_;
  Target server_;
};

class SessionConnector final : public transport::Connector {
 public:
  SessionConnector(ConnectorPtr carrier, tunnel::Clients& sessions, const crypto::PublicKey& key,
                   const std::optional<tunnel::Credential>& user)
      : carrier_(std::move(carrier)), sessions_(sessions), key_(key), user_(user) {}

  io::Task<Result<io::StreamPtr>> open(io::Loop& loop, io::Dialer& raw, const Target& server) override {
    const auto client = client_for(loop, raw, server);
    if (!client) co_return fail(io::IoError::other, "a session cannot be dialled for here");
    co_return co_await client->open(Target());  // the bridge knows where it goes
  }

  io::Task<Result<io::StreamPtr>> connect(io::Loop& /*loop*/, const Target& /*server*/,
                                          io::StreamPtr raw) override {
    raw->abort();
    co_return fail(io::IoError::other, "a session makes its connections itself");
  }

 private:
  using Place = std::pair<io::Loop*, std::string>;

  std::shared_ptr<tunnel::Client> client_for(io::Loop& loop, io::Dialer& raw, const Target& server) {
    const std::scoped_lock lock(mutex_);
    std::erase_if(clients_, [](const auto& entry) { return entry.second.expired(); });
    auto& kept = clients_[Place(&loop, server.to_string())];
    if (auto client = kept.lock()) return client;
    auto dialer = raw.clone();
    if (!dialer) return nullptr;
    auto client = tunnel::Client::make(loop, {.server = key_, .credential = user_},
                                       std::make_shared<OneWay>(carrier_, std::move(dialer), server));
    kept = client;
    sessions_.add(loop, client);
    return client;
  }

  ConnectorPtr carrier_;
  tunnel::Clients& sessions_;
  crypto::PublicKey key_;
  std::optional<tunnel::Credential> user_;
  std::mutex mutex_;
  std::map<Place, std::weak_ptr<tunnel::Client>> clients_;  // each lives while it has a session
};

}  // namespace

Result<std::unique_ptr<transport::Connector>> make_session_connector(const transport::Catalog& carriers,
                                                                     tunnel::Clients& sessions,
                                                                     const transport::Setup& setup) {
  const auto carrier = session_carrier(carriers, setup.arguments);
  if (!carrier) return std::unexpected(carrier.error());
  const auto text = setup.arguments.get(kTunnel);
  const auto key = text ? tunnel::parse_key(*text) : std::nullopt;
  if (!key)
    return transport::wrong_argument(kSessionTransport, "'tunnel' must be a key: 43 characters of base64url");
  const auto user_text = setup.arguments.get(kUser);
  const auto user = user_text ? tunnel::parse_credential(*user_text) : std::nullopt;
  if (user_text && !user)
    return transport::wrong_argument(kSessionTransport,
                                     "'user' must be a user's credential: 32 characters of base64url");
  auto connector = carrier->transport->connector(
      {.arguments = carrier->arguments, .state = setup.state, .random = setup.random, .log = setup.log});
  if (!connector) return std::unexpected(connector.error());
  return std::make_unique<SessionConnector>(std::move(*connector), sessions, *key, user);
}

}  // namespace rozaneh::pt
