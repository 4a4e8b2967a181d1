#include "transport/webtunnel/acceptor.h"

#include "io/event.h"
#include "io/prefixed_stream.h"
#include "site/site.h"
#include "transport/setup_error.h"
#include "transport/web/serving.h"
#include "transport/web/url.h"
#include "transport/webtunnel/error.h"
#include "transport/webtunnel/gate.h"
#include "transport/webtunnel/told.h"

namespace rozaneh::webtunnel {
namespace {

using web::ServerIdentity;

constexpr const char* kBridgeLineRecord = "webtunnel_bridgeline.txt";

// A connection that knows who waits for it: the site gives it back as it is when its request is ours.
class Knocking final : public io::Stream {
 public:
  Knocking(io::StreamPtr inner, std::optional<transport::Accepted>& answer)
      : inner_(std::move(inner)), answer_(answer) {}

  io::Task<Result<io::Chunk>> read() override { return inner_->read(); }
  io::Task<Result<>> write(Bytes bytes) override { return inner_->write(bytes); }
  io::Task<Result<>> finish() override { return inner_->finish(); }
  void abort() noexcept override { inner_->abort(); }

  void let_in(io::Loop& loop, Bytes early, std::optional<IpAddress> from) {
    answer_.emplace(io::with_prefix(loop, std::move(inner_), early), from);
  }

 private:
  io::StreamPtr inner_;
  std::optional<transport::Accepted>& answer_;
};

class Door final : public Guests {
 public:
  io::Task<> welcome(io::Loop& loop, io::StreamPtr stream, Buffer early,
                     std::optional<IpAddress> from) override {
    if (auto* knocking = dynamic_cast<Knocking*>(stream.get())) knocking->let_in(loop, early, from);
    co_return;
  }
};

// A connection of HTTP/2, which goes on by itself; its first tunnel is let in, and no other.
class Visit final : public Guests {
 public:
  Visit(io::Loop& loop, std::string path) : gate_(std::move(path), *this), changed_(loop) {}

  static io::Task<> serve(std::shared_ptr<Visit> self, std::shared_ptr<const site::Site> site, io::Loop& loop,
                          io::StreamPtr stream, site::Arrival arrival) {
    arrival.upgrade = &self->gate_;
    co_await site->serve(loop, std::move(stream), Buffer(), arrival);
    self->over_ = true;
    self->changed_.notify();
  }

  // Waits until there is a tunnel, or the connection is over.
  io::Task<Result<transport::Accepted>> guest() {
    while (!answer_ && !over_) co_await changed_.wait();
    if (!answer_) co_return fail(WebTunnelError::stranger);
    co_return std::move(*answer_);
  }

  io::Task<> welcome(io::Loop& /*loop*/, io::StreamPtr stream, Buffer /*early*/,
                     std::optional<IpAddress> from) override {
    if (!answer_) answer_.emplace(std::move(stream), from);
    changed_.notify();
    co_return;
  }

 private:
  Gate gate_;
  io::Event changed_;
  bool over_ = false;
  std::optional<transport::Accepted> answer_;
};

struct Parts {
  ServerIdentity identity;
  Arguments client_arguments;
  std::optional<io::TlsServer> tls;
};

class WebAcceptor final : public transport::Acceptor {
 public:
  explicit WebAcceptor(Parts parts) : parts_(std::move(parts)), gate_(parts_.identity.path, door_) {}

  Result<> open_site(site::Settings settings) {
    auto site = site::Site::make(std::move(settings), &gate_);
    if (!site) return std::unexpected(site.error());
    site_ = std::move(*site);
    return {};
  }

  io::Task<Result<transport::Accepted>> accept(io::Loop& loop, io::StreamPtr raw) override {
    site::Arrival arrival;
    arrival.tls = parts_.tls.has_value();
    arrival.accepted = io::Clock::now();
    io::StreamPtr stream = std::move(raw);
    if (parts_.tls) {
      auto secured = co_await web::secure(loop, *parts_.tls, std::move(stream));
      if (!secured) co_return std::unexpected(secured.error());
      if ((*secured)->alpn() == "h2") arrival.protocol = site::Protocol::http2;
      stream = std::move(*secured);
    }
    if (arrival.protocol == site::Protocol::http2)
      co_return co_await accept_http2(loop, std::move(stream), arrival);
    std::optional<transport::Accepted> answer;
    stream = std::make_unique<Knocking>(std::move(stream), answer);
    co_await site_->serve(loop, std::move(stream), Buffer(), arrival);
    if (!answer) co_return fail(WebTunnelError::stranger);
    co_return std::move(*answer);
  }

  [[nodiscard]] Arguments client_arguments() const override { return parts_.client_arguments; }
  [[nodiscard]] std::optional<Endpoint> server() const override {
    return web::synthetic_address(parts_.identity.url);
  }

 private:
  io::Task<Result<transport::Accepted>> accept_http2(io::Loop& loop, io::StreamPtr stream,
                                                     site::Arrival arrival) {
    const auto visit = std::make_shared<Visit>(loop, parts_.identity.path);
    loop.spawn(Visit::serve(visit, site_, loop, std::move(stream), arrival));
    co_return co_await visit->guest();
  }

  Parts parts_;
  Door door_;
  Gate gate_;
  // Shared with the connections of HTTP/2, which go on after `accept`.
  std::shared_ptr<const site::Site> site_;
};

std::string bridge_line_file(const ServerIdentity& identity) {
  return fmt::format(
      "# The bridge line for clients of this server. It is written at every start; changes here have no "
      "effect.\n"
      "# The address stands for the bridge and leads nowhere. Replace <FINGERPRINT> by the bridge's "
      "fingerprint,\n# or leave that word out.\n\n"
      "Bridge webtunnel {} <FINGERPRINT> url={} ver={}\n",
      web::synthetic_address(identity.url).to_string(), identity.url, kVersion);
}

}  // namespace

Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup) {
  const std::time_t now = std::time(nullptr);
  const auto http = setup.arguments.get("http").value_or("1.1");
  if (http != "1.1" && http != "2") return transport::wrong_argument(kName, "'http' takes 1.1 or 2");
  auto identity = ServerIdentity::open(kName, setup, now);
  if (!identity) return std::unexpected(identity.error());
  if (identity->url.starts_with("http://")) setup.log.warn("webtunnel: {}", web::kNoTls);
  auto tls = web::serving_tls(kName, setup.arguments);
  if (!tls) return std::unexpected(tls.error());
  auto settings = web::site_settings(kName, *identity, setup.arguments);
  if (!settings) return std::unexpected(settings.error());
  const std::string line = bridge_line_file(*identity);
  const auto written = setup.state.write(kBridgeLineRecord, bytes_of(line));
  if (!written) return std::unexpected(written.error());
  const Arguments told = told_to_clients(*identity, setup.arguments);
  auto acceptor = std::make_unique<WebAcceptor>(Parts{std::move(*identity), told, std::move(*tls)});
  const auto opened = acceptor->open_site(std::move(*settings));
  if (!opened) return std::unexpected(opened.error());
  return acceptor;
}

}  // namespace rozaneh::webtunnel
