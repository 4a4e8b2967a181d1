#include "transport/http/transport.h"

#include "transport/http/acceptor.h"
#include "transport/http/connector.h"
#include "transport/http/on_site.h"
#include "transport/http/served.h"

namespace rozaneh::http {
namespace {

class Http final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return kName; }
  // By plain HTTP, everybody on the way reads the path. What runs inside has to prove who it is.
  [[nodiscard]] bool proves_client() const override { return false; }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& setup) const override {
    return make_connector(setup);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    return make_acceptor(setup);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::OnSite>> on_site(const transport::Setup& setup,
                                                                   io::Handler& handler) const override {
    return make_on_site(setup, handler);
  }
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<Http>(); }

}  // namespace rozaneh::http
