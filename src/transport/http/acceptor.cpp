#include "transport/http/acceptor.h"

#include "transport/http/error.h"
#include "transport/http/served.h"
#include "transport/web/serving.h"
#include "transport/web/url.h"

namespace rozaneh::http {
namespace {

class HttpAcceptor final : public transport::Acceptor {
 public:
  HttpAcceptor(Served served, std::optional<io::TlsServer> tls)
      : served_(std::move(served)), tls_(std::move(tls)), streams_(served_.limits) {}

  Result<> open_site(site::Settings settings) {
    auto site = site::Site::make(std::move(settings));
    if (!site) return std::unexpected(site.error());
    site_ = std::move(*site);
    return {};
  }

  [[nodiscard]] bool gathers() const override { return true; }

  io::Task<Result<>> serve(io::Loop& loop, io::StreamPtr raw, Endpoint peer, io::Handler& inside) override {
    site::Arrival arrival;
    arrival.accepted = io::Clock::now();
    arrival.tls = tls_.has_value();
    io::StreamPtr stream = std::move(raw);
    if (tls_) {
      auto secured = co_await web::secure(loop, *tls_, std::move(stream));
      if (!secured) co_return std::unexpected(secured.error());
      if ((*secured)->alpn() == "h2") arrival.protocol = site::Protocol::http2;
      stream = std::move(*secured);
    }
    Gate gate(served_.shape, streams_, inside, peer);
    arrival.upgrade = &gate;
    co_await site_->serve(loop, std::move(stream), Buffer(), arrival);
    if (!gate.met()) co_return fail(HttpCarrierError::stranger);
    co_return Result<>();
  }

  io::Task<Result<transport::Accepted>> accept(io::Loop& /*loop*/, io::StreamPtr raw) override {
    raw->abort();
    co_return fail(HttpCarrierError::one_by_one);
  }

  [[nodiscard]] Arguments client_arguments() const override { return served_.told; }
  [[nodiscard]] std::optional<Endpoint> server() const override {
    return web::synthetic_address(served_.identity.url);
  }

 private:
  Served served_;
  std::optional<io::TlsServer> tls_;
  Streams streams_;
  std::unique_ptr<site::Site> site_;
};

}  // namespace

Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup) {
  auto served = Served::from(setup);
  if (!served) return std::unexpected(served.error());
  auto tls = web::serving_tls(kName, setup.arguments);
  if (!tls) return std::unexpected(tls.error());
  auto settings = web::site_settings(kName, served->identity, setup.arguments);
  if (!settings) return std::unexpected(settings.error());
  auto acceptor = std::make_unique<HttpAcceptor>(std::move(*served), std::move(*tls));
  const auto opened = acceptor->open_site(std::move(*settings));
  if (!opened) return std::unexpected(opened.error());
  return acceptor;
}

}  // namespace rozaneh::http
