#include "cli/signal.h"

#include <fmt/chrono.h>

#include <algorithm>
#include <thread>

#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/qr.h"
#include "cli/running.h"
#include "cli/signal_parts.h"
#include "cli/signal_tunnel.h"
#include "front/certificates/chain.h"
#include "front/front.h"
#include "front/list_source.h"
#include "front/plain_port.h"
#include "front/shape.h"
#include "io/error.h"

namespace rozaneh::cli {
namespace {

constexpr unsigned kMostThreads = 4;
constexpr std::chrono::hours kBetweenLooks{1};  // at how long the certificates are good
constexpr std::chrono::days kSoon{7};

std::size_t threads_of(const CommonSettings& common) {
  return common.threads > 0 ? common.threads
                            : std::clamp(std::thread::hardware_concurrency(), 1U, kMostThreads);
}

io::ConnectionLimits::Options limits_of(const SignalSettings& settings) {
  // Behind another front all connections come from its address.
  return {.total = settings.max_connections,
          .per_address = settings.proxy_header ? 0 : settings.max_per_address};
}

io::ConnectionLimits::Options shared_limits_of(const SignalSettings& settings) {
  return {.total = 0, .per_address = settings.max_per_address};
}

front::Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::vector<io::TlsIdentity> identities(const front::CertificateSet& set) {
  std::vector<io::TlsIdentity> all;
  all.reserve(set.all.size());
  for (const front::Certificate& each : set.all) all.push_back({each.chain, each.key});
  return all;
}

// Listens before there is somebody to serve, whom it then leads to: the port, which the system may choose,
// stands in links and redirects.
class Entrance final : public io::Handler {
 public:
  void lead_to(io::Handler& handler) { handler_ = &handler; }
  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override {
    return handler_->serve(loop, std::move(stream), peer);
  }

 private:
  io::Handler* handler_ = nullptr;
};

// Beside the relay itself, which is `front`: certificates, names, the site, and where all of it listens.
class SignalRun {
 public:
  SignalRun(const SignalSettings& settings, std::unique_ptr<io::State> state, Console& console)
      : settings_(settings),
        state_(std::move(state)),
        failures_(console),
        shared_limits_(shared_limits_of(settings), &console),
        running_(console, {.threads = threads_of(settings.common),
                           .limits = limits_of(settings),
                           .drain_limit = std::chrono::seconds(settings.drain_limit)}) {}

  Result<> prepare() {
    if (auto checked = check_settings(settings_); !checked) return checked;
    auto host = client_host(settings_, *state_, random());
    if (!host) return std::unexpected(host.error());
    host_ = std::move(*host);
    for (const auto step : {&SignalRun::take_certificates, &SignalRun::take_names, &SignalRun::listen,
                            &SignalRun::open_site, &SignalRun::open_resolvers, &SignalRun::open_front})
      if (auto done = (this->*step)(); !done) return done;
    return {};
  }

  void run(const std::function<Result<SignalSettings>()>& again) {
    announce();
    certificate_source_->start();
    if (source_) source_->start();
    running_.loops().first().spawn(watch_certificates());
    running_.count_also([this] { return counts(); });
    running_.run([this, &again] { reload(again()); });
    running_.report();
  }

 private:
  Random& random() { return running_.loops().first().random(); }
  Console& console() { return running_.console(); }

  Result<> take_certificates() {
    io::TlsServerOptions options;
    options.versions = io::TlsVersions::as_nginx;
    options.alpn = {"h2", "http/1.1", "http/1.0", "http/0.9"};  // nginx's
    options.special_protocol = front::kAcmeProtocol;
    options.special_identity = [this](std::string_view name) -> std::optional<io::TlsIdentity> {
      const auto certificate = answers_.alpn_certificate(name);
      if (!certificate) return std::nullopt;
      return io::TlsIdentity{certificate->chain, certificate->key};
    };
    auto source = CertificateSource::open(settings_.certificates, names(),
                                          {.state = *state_,
                                           .random = certificate_random_,
                                           .log = console(),
                                           .certificates = certificates_,
                                           .answers = answers_});
    if (!source) return std::unexpected(source.error());
    certificate_source_ = std::move(*source);
    auto tls = io::TlsServer::make(identities(*certificates_.current()), std::move(options));
    if (!tls) return std::unexpected(tls.error());
    tls_.emplace(std::move(*tls));
    certificates_.when_changed([this](const front::Certificates::Snapshot& fresh) {
      if (const auto used = tls_->replace(identities(*fresh)); !used)
        console().error("the old certificates stay: {}", used.error().message());
      else
        look_at_certificates();
    });
    return {};
  }

  nlohmann::json counts() {
    nlohmann::json counts = {{"relayed", front_->counts().relayed.load()},
                             {"visitors", front_->counts().visitors.load()},
                             {"list_version", names_->current()->version()}};
    for (std::size_t i = 0; i < front::kFailures; ++i) {
      const auto failure = static_cast<front::Failure>(i);
      counts[std::string(label(failure))] = failures_.count(failure);
    }
    if (settings_.proxy_header)
      counts["over_address_limit"] = shared_limits_.refused(io::ConnectionLimits::Full::address);
    counts.update(certificate_counts());
    return counts;
  }

  // When the first of those in use ends; and, where an authority gives them, how that went.
  nlohmann::json certificate_counts() {
    const auto text = [](front::Time time) { return fmt::format("{:%FT%TZ}", time); };
    std::optional<front::Time> ends;
    for (const front::Certificate& each : certificates_.current()->all)
      if (const auto facts = front::examine(each))
        ends = std::min(ends.value_or(facts->not_after), facts->not_after);
    nlohmann::json counts;
    counts["certificate_ends"] = ends ? text(*ends) : "";
    counts["certificate_expired"] = ends && *ends <= now();
    if (certificate_source_->keeper() == nullptr) return counts;
    const auto health = certificate_source_->keeper()->health();
    counts["certificates_obtained"] = health.obtained;
    counts["certificates_failed"] = health.failed;
    counts["certificate_failure"] = health.last_failure;
    counts["certificate_next_try"] = health.next_try ? text(*health.next_try) : "";
    return counts;
  }

  // What a certificate must cover. The hidden name itself would be published by one that names it.
  std::vector<std::string> names() const {
    std::vector<std::string> all = {settings_.domain};
    if (host_ != settings_.domain) all.push_back("*." + settings_.domain);
    return all;
  }

  void look_at_certificates() {
    for (const front::Certificate& each : certificates_.current()->all) {
      const auto facts = front::examine(each);
      if (!facts) continue;
      const auto kind = name_of(facts->kind);
      if (const auto good = front::check_use(*facts, {host_}, now()); !good)
        console().error("clients will refuse the {} certificate: {}", kind, good.error().message());
      else if (facts->not_after - now() < kSoon && !settings_.certificates.self_signed)
        console().warn("the {} certificate ends in {} days", kind,
                       std::chrono::floor<std::chrono::days>(facts->not_after - now()).count());
    }
  }

  io::Task<> watch_certificates() {
    for (;;) {
      look_at_certificates();
      co_await running_.loops().first().sleep(kBetweenLooks);
    }
  }

  Result<> take_names() {
    auto trust = update_trust(settings_);
    if (!trust) return std::unexpected(trust.error());
    if (*trust) {
      front::ListSource::Options options{.url = settings_.list_url,
                                         .trust = **trust,
                                         .interval = std::chrono::seconds(settings_.list_interval),
                                         .authorities = settings_.list_ca};
      source_ = std::make_unique<front::ListSource>(std::move(options), *state_, console(), failures_,
                                                    [this](const front::NameList& fresh) { update(fresh); });
      update_ = source_->remembered();
    }
    auto list = compose_names(settings_, update_);
    if (!list) return std::unexpected(list.error());
    names_.emplace(std::move(*list));
    return {};
  }

  void update(const front::NameList& fresh) {
    const std::scoped_lock lock(update_mutex_);
    update_ = fresh;
    use_names(settings_);
  }

  void use_names(const SignalSettings& settings) {
    auto list = compose_names(settings, update_);
    if (!list)
      console().error("the old names stay: {}", list.error().message());
    else
      names_->replace(std::move(*list));
  }

  Result<> open_site() {
    auto settings = site_settings(settings_, *state_, random());
    if (!settings) return std::unexpected(settings.error());
    settings->limits.header = std::chrono::seconds(settings_.handshake_limit);
    if (!settings_.webtunnel.empty() || !settings_.http_carrier.empty()) {
      auto tunnel = SignalTunnel::open(settings_, at_.front().port, *state_, running_);
      if (!tunnel) return std::unexpected(tunnel.error());
      tunnel_ = std::move(*tunnel);
    }
    auto site = site::Site::make(std::move(*settings), tunnel_ ? &tunnel_->upgrade() : nullptr);
    if (!site) return std::unexpected(site.error());
    site_ = std::move(*site);
    return {};
  }

  Result<> open_resolvers() {
    std::map<io::Loop*, io::Resolver*> by_loop;
    for (std::size_t i = 0; i < running_.loops().size(); ++i) {
      io::Loop& loop = running_.loops()[i];
      auto resolver = io::Resolver::make(loop, {.servers = settings_.dns});
      if (!resolver) return std::unexpected(resolver.error());
      by_loop[&loop] = resolver->get();
      resolvers_.push_back(std::move(*resolver));
    }
    front::Upstreams::Options options;
    options.connect_limit = std::chrono::seconds(settings_.connect_limit);
    options.allow_private = settings_.allow_private;
    upstreams_.emplace(std::move(by_loop), failures_, options);
    return {};
  }

  Result<> listen() {
    const auto https = listen_at("--listen", settings_.listen);
    if (!https) return std::unexpected(https.error());
    auto taken = listen(*https, entrance_);
    if (!taken) return std::unexpected(taken.error());
    at_ = std::move(*taken);
    if (settings_.listen_http == std::vector<std::string>{"none"}) return {};
    const auto http = listen_at("--listen-http", settings_.listen_http);
    if (!http) return std::unexpected(http.error());
    taken = listen(*http, plain_entrance_);
    if (!taken) return std::unexpected(taken.error());
    http_at_ = std::move(*taken);
    return {};
  }

  Result<> open_front() {
    front::Front::Options options;
    options.hidden_name = host_ == settings_.domain ? "" : host_;
    options.port = at_.front().port;
    options.handshake_limit = std::chrono::seconds(settings_.handshake_limit);
    options.hello_limit = std::chrono::seconds(settings_.hello_limit);
    options.idle_limit = std::chrono::seconds(settings_.idle_limit);
    options.splices = settings_.zero_copy == "auto";
    if (settings_.first_answer != "plain") options.first_answer.emplace();
    if (settings_.first_answer == "split") options.first_answer->pieces = front::kHttp2Pieces;
    if (settings_.first_record == "page")
      options.shape = &page_.emplace(options.first_answer ? options.first_answer->pieces.size() : 0);
    front_.emplace(*tls_, *site_, *names_, *upstreams_, failures_, running_.counters(), std::move(options));
    plain_.emplace(*site_, answers_, at_.front().port);
    plain_entrance_.lead_to(*plain_);
    return share();
  }

  // Who gets connections first: the front itself where it shares the port with nobody.
  Result<> share() {
    entrance_.lead_to(*front_);
    auto all = neighbours(settings_);
    if (!all) return std::unexpected(all.error());
    if (all->empty() && !settings_.proxy_header) return {};
    front::Sharing::Options options;
    options.neighbours = std::move(*all);
    options.takes_proxy_header = settings_.proxy_header;
    options.port = at_.front().port;
    options.hello_limit = std::chrono::seconds(settings_.handshake_limit);
    options.connect_limit = std::chrono::seconds(settings_.connect_limit);
    options.idle_limit = std::chrono::seconds(settings_.idle_limit);
    options.splices = settings_.zero_copy == "auto";
    sharing_.emplace(*front_, shared_limits_, failures_, running_.counters(), std::move(options));
    entrance_.lead_to(*sharing_);
    return {};
  }

  // An IPv6 address that this machine has not is left out if IPv4 works.
  Result<std::vector<Endpoint>> listen(const std::vector<Endpoint>& wanted, io::Handler& handler) {
    std::vector<Endpoint> taken;
    for (Endpoint at : wanted) {
      if (at.port == 0 && !taken.empty()) at.port = taken.front().port;
      const auto here = running_.server().listen(at, handler);
      if (!here && !taken.empty() && here.error().is(io::IoError::unreachable)) continue;
      if (!here) return std::unexpected(here.error());
      taken.push_back(*here);
    }
    return taken;
  }

  void announce() {
    const auto texts = [](const std::vector<Endpoint>& all) {
      nlohmann::json list = nlohmann::json::array();
      for (const Endpoint& each : all) list.push_back(each.to_string());
      return list;
    };
    const std::uint16_t port = at_.front().port;
    const auto links = settings_.by_name ? std::vector<std::string>() : signal_links(host_, port);
    console().event("listening",
                    fmt::format("Listening for {}, and as a web site, on port {}.",
                                settings_.by_name ? "TLS inside of TLS" : "Signal's apps", port),
                    {{"at", texts(at_)},
                     {"http_at", texts(http_at_)},
                     {"host", host_},
                     {"links", links},
                     {"names", names_->current()->entries().size()},
                     {"list_version", names_->current()->version()}});
    if (settings_.by_name) {
      console().show(
          fmt::format("\nClients do TLS with {}, and inside of it TLS with a listed name.\n", host_));
    } else {
      show_links(links, port);
    }
    if (host_ != settings_.domain)
      console().show("Only who knows this name finds the relay; others see the web site alone.\n");
    if (tunnel_) tunnel_->announce(console());
  }

  void show_links(const std::vector<std::string>& links, std::uint16_t port) {
    console().show("\nShare this link with those who shall use it:\n");
    for (const std::string& link : links) console().show(fmt::format("  {}\n", link));
    if (!settings_.no_qr && console().on_terminal())
      if (const auto code = qr_code(links.front())) console().show(*code);
    if (port != 443)
      console().warn(
          "Signal for Android takes no port from a link and always uses 443; Signal for iOS takes it");
  }

  void reload(const Result<SignalSettings>& fresh) {
    const auto keep = [this](const Error& error) {
      console().error("the old settings stay: {}", error.message());
    };
    if (!fresh) return keep(fresh.error());
    const auto options = console_options(fresh->common);
    if (!options) return keep(options.error());
    console().configure(*options);
    running_.change_limits(limits_of(*fresh));
    shared_limits_.change(shared_limits_of(*fresh));
    {
      const std::scoped_lock lock(update_mutex_);
      settings_.names = fresh->names;
      settings_.upstream = fresh->upstream;
      use_names(settings_);
    }
    certificate_source_->reload();
    if (source_) source_->look();
    console().event("reloaded", "Names, certificates and limits read again.");
  }

  SignalSettings settings_;
  std::unique_ptr<io::State> state_;
  std::string host_;  // what clients are given
  crypto::SystemRandom certificate_random_;
  front::Failures failures_;
  io::ConnectionLimits shared_limits_;
  front::Certificates certificates_;
  front::ChallengeAnswers answers_;
  std::optional<io::TlsServer> tls_;
  std::unique_ptr<SignalTunnel> tunnel_;
  std::unique_ptr<site::Site> site_;
  std::optional<front::NamesInUse> names_;
  std::optional<front::Upstreams> upstreams_;
  std::optional<front::PageShape> page_;
  std::optional<front::Front> front_;
  std::optional<front::Sharing> sharing_;
  std::optional<front::PlainPort> plain_;
  Entrance entrance_, plain_entrance_;
  std::vector<Endpoint> at_, http_at_;
  std::mutex update_mutex_;
  std::optional<front::NameList> update_;
  Running running_;
  // These go first: resolvers before their loops, threads before what they change.
  std::vector<std::unique_ptr<io::Resolver>> resolvers_;
  std::unique_ptr<CertificateSource> certificate_source_;
  std::unique_ptr<front::ListSource> source_;
};

}  // namespace

int run_by_name(const SignalSettings& settings, const std::function<Result<SignalSettings>()>& again) {
  SignalSettings first = settings;
  first.by_name = true;
  return run_signal(first, [&again] {
    auto fresh = again();
    if (fresh) fresh->by_name = true;
    return fresh;
  });
}

int run_signal(const SignalSettings& settings, const std::function<Result<SignalSettings>()>& again) {
  Console console;
  const auto options = console_options(settings.common);
  if (!options) return give_up(console, options.error());
  console.configure(*options);
  auto state = open_state(settings.common);
  if (!state) return give_up(console, state.error());
  SignalRun signal(settings, std::move(*state), console);
  const auto ready = signal.prepare();
  if (!ready) return give_up(console, ready.error());
  signal.run(again);
  return kOk;
}

}  // namespace rozaneh::cli
