#include "transport/http/on_site.h"

#include "transport/http/served.h"
#include "transport/web/url.h"

namespace rozaneh::http {
namespace {

class HttpOnSite final : public transport::OnSite {
 public:
  HttpOnSite(Served served, io::Handler& handler)
      : served_(std::move(served)),
        streams_(served_.limits),
        gate_(served_.shape, streams_, handler, Endpoint()) {}

  [[nodiscard]] site::Upgrade& upgrade() override { return gate_; }
  [[nodiscard]] Arguments client_arguments() const override { return served_.told; }
  [[nodiscard]] Endpoint server() const override { return web::synthetic_address(served_.identity.url); }

 private:
  Served served_;
  Streams streams_;
  Gate gate_;
};

}  // namespace

Result<std::unique_ptr<transport::OnSite>> make_on_site(const transport::Setup& setup, io::Handler& handler) {
  auto served = Served::from(setup);
  if (!served) return std::unexpected(served.error());
  return std::make_unique<HttpOnSite>(std::move(*served), handler);
}

}  // namespace rozaneh::http
