#include "pt/session_transport.h"

#include "pt/session_acceptor.h"
#include "pt/session_carrier.h"
#include "pt/session_connector.h"

namespace rozaneh::pt {
namespace {

class SessionTransport final : public transport::Transport {
 public:
  SessionTransport(const transport::Catalog& carriers, tunnel::Clients& sessions)
      : carriers_(carriers), sessions_(sessions) {}

  [[nodiscard]] std::string_view name() const override { return kSessionTransport; }
  // By the tunnel's key, whatever carries it.
  [[nodiscard]] bool proves_client() const override { return true; }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& setup) const override {
    return make_session_connector(carriers_, sessions_, setup);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    return make_session_acceptor(carriers_, setup);
  }

 private:
  const transport::Catalog& carriers_;
  tunnel::Clients& sessions_;
};

}  // namespace

std::unique_ptr<transport::Transport> session_transport(const transport::Catalog& carriers,
                                                        tunnel::Clients& sessions) {
  return std::make_unique<SessionTransport>(carriers, sessions);
}

}  // namespace rozaneh::pt
