#include "transport/webtunnel/transport.h"

#include "transport/webtunnel/acceptor.h"
#include "transport/webtunnel/connector.h"
#include "transport/webtunnel/on_site.h"

namespace rozaneh::webtunnel {
namespace {

class WebTunnel final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "webtunnel"; }
  // Only who knows the path is let in, and paths that can be guessed are refused.
  [[nodiscard]] bool proves_client() const override { return true; }

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

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<WebTunnel>(); }

}  // namespace rozaneh::webtunnel
