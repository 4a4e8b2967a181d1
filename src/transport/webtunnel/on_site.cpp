#include "transport/webtunnel/on_site.h"

#include "io/prefixed_stream.h"
#include "transport/web/identity.h"
#include "transport/web/url.h"
#include "transport/webtunnel/gate.h"
#include "transport/webtunnel/told.h"

namespace rozaneh::webtunnel {
namespace {

using web::ServerIdentity;

class WebOnSite final : public transport::OnSite, private Guests {
 public:
  WebOnSite(ServerIdentity identity, Arguments told, io::Handler& handler)
      : identity_(std::move(identity)),
        told_(std::move(told)),
        handler_(handler),
        gate_(identity_.path, *this) {}

  [[nodiscard]] site::Upgrade& upgrade() override { return gate_; }
  [[nodiscard]] Arguments client_arguments() const override { return told_; }
  [[nodiscard]] Endpoint server() const override { return web::synthetic_address(identity_.url); }

 private:
  io::Task<> welcome(io::Loop& loop, io::StreamPtr stream, Buffer early,
                     std::optional<IpAddress> from) override {
    io::StreamPtr whole = io::with_prefix(loop, std::move(stream), early);
    const Endpoint peer(from.value_or(IpAddress()), 0);
    return handler_.serve(loop, std::move(whole), peer);
  }

  ServerIdentity identity_;
  Arguments told_;
  io::Handler& handler_;
  Gate gate_;
};

}  // namespace

Result<std::unique_ptr<transport::OnSite>> make_on_site(const transport::Setup& setup, io::Handler& handler) {
  const std::time_t now = std::time(nullptr);
  auto identity = ServerIdentity::open(kName, setup, now);
  if (!identity) return std::unexpected(identity.error());
  Arguments told = told_to_clients(*identity, setup.arguments);
  return std::make_unique<WebOnSite>(std::move(*identity), std::move(told), handler);
}

}  // namespace rozaneh::webtunnel
