#include "transport/obfs4/transport.h"

#include "transport/obfs4/acceptor.h"
#include "transport/obfs4/connector.h"

namespace rozaneh::obfs4 {
namespace {

class Obfs4 final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "obfs4"; }
  // A hello can be made only with the node id and the public key of the bridge line.
  [[nodiscard]] bool proves_client() const override { return true; }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& setup) const override {
    return make_connector(setup);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    return make_acceptor(setup);
  }
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<Obfs4>(); }

}  // namespace rozaneh::obfs4
