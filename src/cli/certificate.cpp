#include "cli/certificate.h"

#include <fmt/chrono.h>
#include <fmt/ranges.h>

#include "base/encoding.h"
#include "cli/certificate_ports.h"
#include "cli/exit_code.h"
#include "cli/give_up.h"
#include "cli/running.h"
#include "crypto/random.h"

namespace rozaneh::cli {
namespace {

using front::acme::AcmeError;

void tell(const front::CertificateFacts& facts, std::string_view file, Console& console) {
  console.event("certificate",
                fmt::format("{} ({}), from {}, valid until {:%F %T} UTC{}{}", fmt::join(facts.names, ", "),
                            front::name_of(facts.kind), facts.issuer, facts.not_after,
                            file.empty() ? "" : ", in ", file),
                {{"names", facts.names},
                 {"key", front::name_of(facts.kind)},
                 {"issuer", facts.issuer},
                 {"serial", encode_hex(facts.serial)},
                 {"not_before", facts.not_before.time_since_epoch().count()},
                 {"not_after", facts.not_after.time_since_epoch().count()},
                 {"file", file}});
}

Result<std::vector<Endpoint>> endpoints(const std::vector<std::string>& texts, std::uint16_t usual) {
  std::vector<Endpoint> all;
  for (const std::string& text : texts) {
    const auto endpoint = Endpoint::parse(text);
    if (!endpoint) return fail(SettingsError::value, fmt::format("'{}': valid is ADDRESS:PORT", text));
    all.push_back(*endpoint);
  }
  if (all.empty())
    for (const char* everywhere : {"0.0.0.0", "::"})
      all.push_back({.address = *IpAddress::parse(everywhere), .port = usual});
  return all;
}

// One `get` from its ports to its end.
class GetRun {
 public:
  GetRun(CertificateGetSettings settings, std::unique_ptr<io::State> state, Console& console)
      : settings_(std::move(settings)),
        console_(console),
        state_(std::move(state)),
        running_(console, {.threads = 1, .limits = {.total = 1000}, .drain_limit = std::chrono::seconds(0)}) {
  }

  Result<> prepare() {
    certificates_.when_changed([this](const front::Certificates::Snapshot& now) {
      for (const front::Certificate& each : now->all)
        if (const auto facts = front::examine(each)) tell(*facts, "", console_);
    });
    auto source = CertificateSource::open(settings_.source, settings_.domain,
                                          {.state = *state_,
                                           .random = random_,
                                           .log = console_,
                                           .certificates = certificates_,
                                           .answers = answers_});
    if (!source) return std::unexpected(source.error());
    source_ = std::move(*source);
    if (settings_.renew) source_->keeper()->renew_all();
    return listen();
  }

  int run() {
    if (settings_.keep)
      source_->start();
    else
      once_ = std::jthread([this](const std::stop_token& stop) { get_once(stop); });
    running_.run([] {});
    source_.reset();
    return code_;
  }

 private:
  void get_once(const std::stop_token& stop) {
    if (const auto done = source_->keeper()->round(stop); !done) {
      console_.error("{}", done.error().message());
      code_ = done.error().is(AcmeError::settings) ? kUsage : kFailed;
    }
    running_.loops().first().post([this] { running_.end(); });
  }

  Result<> listen() {
    if (settings_.source.challenge == "http-01") return listen_at(settings_.http_listen, 80, http_);
    if (settings_.source.challenge != "tls-alpn-01") return {};
    auto tls = TlsChallengePort::make(answers_);
    if (!tls) return std::unexpected(tls.error());
    tls_ = std::move(*tls);
    return listen_at(settings_.tls_listen, 443, *tls_);
  }

  // Where no address was given, one family is enough.
  Result<> listen_at(const std::vector<std::string>& texts, std::uint16_t usual, io::Handler& handler) {
    const auto all = endpoints(texts, usual);
    if (!all) return std::unexpected(all.error());
    bool listening = false;
    for (const Endpoint& at : *all) {
      const auto taken = running_.server().listen(at, handler);
      if (!taken && texts.empty() && listening) continue;
      if (!taken) return std::unexpected(taken.error().at(at.to_string()));
      listening = true;
      console_.event("listening", "", {{"at", taken->to_string()}});
    }
    return {};
  }

  CertificateGetSettings settings_;
  Console& console_;
  std::unique_ptr<io::State> state_;
  crypto::SystemRandom random_;
  front::Certificates certificates_;
  front::ChallengeAnswers answers_;
  HttpChallengePort http_{answers_};
  std::unique_ptr<TlsChallengePort> tls_;
  Running running_;
  std::unique_ptr<CertificateSource> source_;
  std::atomic<int> code_ = kOk;
  std::jthread once_;  // first of all to end
};

}  // namespace

void declare(CLI::App& get, CertificateGetSettings& settings) {
  get.add_option("--domain", settings.domain,
                 "A host name, or *.NAME for all names below it (dns-01); may be given several times")
      ->allow_extra_args(false);
  declare_acme(get, settings.source);
  get.add_option("--http-listen", settings.http_listen,
                 "http-01: where the authority's requests arrive (default: port 80 everywhere)")
      ->type_name("ADDRESS:PORT")
      ->allow_extra_args(false);
  get.add_option("--tls-listen", settings.tls_listen,
                 "tls-alpn-01: where they arrive (default: port 443 everywhere)")
      ->type_name("ADDRESS:PORT")
      ->allow_extra_args(false);
  get.add_flag("--renew", settings.renew, "Also what is not due yet");
  get.add_flag("--keep", settings.keep, "Stay, and renew in time");
  declare_common(get, settings.common);
}

int run_certificate_get(const CertificateGetSettings& settings,
                        const std::function<Result<CertificateGetSettings>()>& /*again*/) {
  Console console;
  const auto options = console_options(settings.common);
  if (!options) return give_up(console, options.error());
  console.configure(*options);
  auto state = open_state(settings.common);
  if (!state) return give_up(console, state.error());
  GetRun run(settings, std::move(*state), console);
  if (const auto ready = run.prepare(); !ready) return give_up(console, ready.error());
  return run.run();
}

int run_certificate_show(const CommonSettings& settings) {
  Console console;
  const auto options = console_options(settings);
  if (!options) return give_up(console, options.error());
  console.configure(*options);
  const std::filesystem::path directory = state_directory(settings);
  auto state = io::DirectoryState::open(directory);
  if (!state) return give_up(console, state.error());
  front::acme::Store store(**state);
  for (const front::acme::Store::Name& kept : front::acme::stored_in(directory)) {
    const auto certificate = store.certificate(kept.name, kept.kind);
    if (certificate)
      tell(*front::examine(*certificate), kept.file.string(), console);
    else
      console.error("{} cannot be used", kept.file.string());
  }
  return kOk;
}

}  // namespace rozaneh::cli
