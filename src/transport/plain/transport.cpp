#include "transport/plain/transport.h"

#include "transport/sided.h"

namespace rozaneh::plain {
namespace {

io::Task<Result<io::StreamPtr>> open(io::Loop&, io::StreamPtr raw, transport::Side, std::chrono::seconds) {
  co_return raw;
}

class Plain final : public transport::Transport {
 public:
  [[nodiscard]] std::string_view name() const override { return "plain"; }
  [[nodiscard]] bool proves_client() const override { return false; }
  [[nodiscard]] std::string_view warning() const override {
    return "plain hides nothing: whoever watches sees that this is rozaneh. Use it where something else "
           "hides it.";
  }

  [[nodiscard]] Result<std::unique_ptr<transport::Connector>> connector(
      const transport::Setup& /*setup*/) const override {
    return transport::sided_connector(&open);
  }
  [[nodiscard]] Result<std::unique_ptr<transport::Acceptor>> acceptor(
      const transport::Setup& setup) const override {
    return transport::sided_acceptor(&open, setup.hello_limit);
  }
};

}  // namespace

std::unique_ptr<transport::Transport> make_transport() { return std::make_unique<Plain>(); }

}  // namespace rozaneh::plain
