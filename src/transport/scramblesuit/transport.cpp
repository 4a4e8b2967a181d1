#include "transport/scramblesuit/transport.h"

#include <mutex>

#include "transport/scramblesuit/acceptor.h"
#include "transport/scramblesuit/connector.h"

namespace rozaneh::scramblesuit {
namespace {

class ScrambleSuit final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "scramblesuit"; }
  // A hello can be made only with the password, or with a ticket that was given to somebody who had it.
  [[nodiscard]] bool proves_client() const override { return true; }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& setup) const override {
    return make_connector(setup, tickets_guard_);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    return make_acceptor(setup);
  }

 private:
  // With the connectors, which may outlive the catalog.
  std::shared_ptr<std::mutex> tickets_guard_ = std::make_shared<std::mutex>();
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<ScrambleSuit>(); }

}  // namespace rozaneh::scramblesuit
