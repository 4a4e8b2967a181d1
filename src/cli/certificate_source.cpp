#include "cli/certificate_source.h"

#include <fmt/ranges.h>

#include <algorithm>

#include "base/encoding.h"
#include "front/certificates/make.h"

namespace rozaneh::cli {
namespace {

namespace acme = front::acme;

acme::Time now() { return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()); }

std::unexpected<Error> bad(std::string what) { return fail(SettingsError::value, std::move(what)); }

Result<std::vector<front::KeyKind>> kinds_of(const CertificateSettings& settings) {
  std::vector<front::KeyKind> kinds;
  for (const front::KeyKind kind : {front::KeyKind::ec, front::KeyKind::rsa})
    if (std::ranges::find(settings.certificate_key, front::name_of(kind)) != settings.certificate_key.end())
      kinds.push_back(kind);
  const bool known = std::ranges::all_of(
      settings.certificate_key, [](const std::string& word) { return word == "ec" || word == "rsa"; });
  if (!known || kinds.empty())
    return bad(fmt::format("--certificate-key '{}': valid are ec and rsa",
                           fmt::join(settings.certificate_key, " ")));
  return kinds;
}

Result<std::unique_ptr<acme::Prover>> dns_prover(const CertificateSettings& settings) {
  const std::chrono::seconds wait(settings.dns_wait);
  if (!settings.dns_hook.empty()) return std::make_unique<acme::HookProver>(settings.dns_hook, wait);
  if (settings.dns_server.empty() || settings.dns_zone.empty() || settings.dns_key.empty())
    return bad("--challenge dns-01 needs --dns-hook, or --dns-server, --dns-zone and --dns-key");
  const auto text = io::read_file(settings.dns_key, 65536);
  if (!text) return std::unexpected(text.error());
  auto key = acme::parse_tsig_key(text_of(*text));
  if (!key) return std::unexpected(key.error().at(settings.dns_key));
  // A bare address has no port, an IPv6 one has colons.
  const auto whole = Target::parse(settings.dns_server);
  const auto alone = whole ? whole : Target::from_host(settings.dns_server, 53);
  if (!alone) return bad(fmt::format("--dns-server '{}': valid is HOST or HOST:PORT", settings.dns_server));
  return std::make_unique<acme::UpdateProver>(acme::UpdateProver::Options{
      .server = alone->to_string(), .zone = settings.dns_zone, .key = std::move(*key), .settling = wait});
}

Result<std::unique_ptr<acme::Prover>> prover_for(acme::ChallengeKind kind,
                                                 const CertificateSettings& settings,
                                                 front::ChallengeAnswers& answers) {
  if (kind == acme::ChallengeKind::dns01) return dns_prover(settings);
  return std::make_unique<acme::ServerProver>(answers);
}

// Absent where none was given. Authorities show the key as base64url, some with padding, which a file may end
// with.
Result<std::optional<acme::ExternalAccount>> external_account(const CertificateSettings& settings) {
  if (settings.acme_eab_id.empty() != settings.acme_eab_key.empty())
    return bad("--acme-eab-id needs --acme-eab-key, and the other way round");
  if (settings.acme_eab_id.empty()) return std::nullopt;
  const auto file = io::read_file(settings.acme_eab_key, 4096);
  if (!file) return std::unexpected(file.error());
  std::string_view text = text_of(*file);
  text = text.substr(0, text.find_last_not_of("= \r\n\t") + 1);
  auto key = decode_base64url(text);
  if (!key || key->empty())
    return bad(fmt::format("--acme-eab-key {}: it holds no key in base64url", settings.acme_eab_key));
  return acme::ExternalAccount{.key_id = settings.acme_eab_id, .key = std::move(*key)};
}

std::vector<front::CertificateFile> files_of(const CertificateSettings& settings) {
  std::vector<front::CertificateFile> files;
  files.reserve(settings.cert.size());
  for (std::size_t i = 0; i < settings.cert.size(); ++i)
    files.push_back({.chain = settings.cert[i], .key = settings.key[i]});
  return files;
}

}  // namespace

void declare_acme(CLI::App& app, CertificateSettings& settings) {
  app.add_option("--certificate-key", settings.certificate_key,
                 "Kinds of certificates: ec, rsa or both (some old clients take only chains that are RSA "
                 "throughout)")
      ->type_name("ec|rsa")
      ->capture_default_str()
      ->allow_extra_args(false);
  app.add_option("--acme-directory", settings.acme_directory, "The certificate authority's directory")
      ->type_name("URL")
      ->capture_default_str();
  app.add_option("--acme-ca", settings.acme_ca,
                 "Trust these authorities when speaking to it (not the system's)")
      ->type_name("FILE.pem");
  app.add_option("--acme-contact", settings.acme_contact, "An e-mail address for the authority")
      ->type_name("ADDRESS");
  app.add_option("--acme-profile", settings.acme_profile, "A profile that it offers, such as shortlived");
  app.add_option("--acme-chain", settings.acme_chain,
                 "Of several chains that it offers, the one whose root has this common name")
      ->type_name("NAME");
  app.add_option("--acme-eab-id", settings.acme_eab_id,
                 "The id of an account that it knows otherwise (external account binding)")
      ->type_name("ID");
  app.add_option("--acme-eab-key", settings.acme_eab_key, "The key that goes with it, base64url in a file")
      ->type_name("FILE");
  app.add_option(
         "--challenge", settings.challenge,
         "How it is shown that the names are ours: http-01 (port 80), tls-alpn-01 (port 443) or dns-01 "
         "(wildcards too)")
      ->capture_default_str();
  app.add_option("--dns-server", settings.dns_server,
                 "dns-01: the zone's primary server, which takes RFC 2136 "
                 "updates over TCP")
      ->type_name("HOST[:PORT]");
  app.add_option("--dns-zone", settings.dns_zone, "dns-01: the zone to update");
  app.add_option("--dns-key", settings.dns_key,
                 "dns-01: the TSIG key (hmac-sha256), as tsig-keygen writes it or as NAME:BASE64")
      ->type_name("FILE");
  app.add_option("--dns-hook", settings.dns_hook,
                 "dns-01: a program instead, run as PROGRAM present|remove NAME VALUE")
      ->type_name("PROGRAM");
  app.add_option("--dns-wait", settings.dns_wait, "dns-01: seconds until all the zone's servers have it")
      ->capture_default_str();
}

void declare_certificates(CLI::App& app, CertificateSettings& settings) {
  app.add_option(
         "--cert", settings.cert,
         "A certificate and its chain in PEM, reloaded when the file changes; may be given twice (EC, RSA)")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_option("--key", settings.key, "Its private key in PEM, once for each --cert")
      ->type_name("FILE")
      ->allow_extra_args(false);
  app.add_flag("--self-signed", settings.self_signed,
               "Make a certificate that no browser trusts (for tests)");
  declare_acme(app, settings);
}

CertificateSource::~CertificateSource() = default;

Result<std::unique_ptr<CertificateSource>> CertificateSource::open(const CertificateSettings& settings,
                                                                   std::vector<std::string> names,
                                                                   Parts parts) {
  std::unique_ptr<CertificateSource> source(new CertificateSource(parts.state));
  const auto kinds = kinds_of(settings);
  if (!kinds) return std::unexpected(kinds.error());
  if (settings.cert.size() != settings.key.size()) return bad("each --cert needs its --key");
  if (settings.self_signed && !settings.cert.empty()) return bad("--self-signed or --cert, not both");
  if (!settings.cert.empty()) {
    auto files = front::CertificateFiles::open({.files = files_of(settings)}, parts.certificates, parts.log);
    if (!files) return std::unexpected(files.error());
    source->files_ = std::move(*files);
    return source;
  }
  if (names.empty()) return bad("say for which names, with --domain");
  if (settings.self_signed) {
    std::vector<front::Certificate> made;
    for (const front::KeyKind kind : *kinds) made.push_back(front::self_signed(names, kind, now()));
    parts.certificates.replace(std::move(made));
    return source;
  }
  const auto challenge = acme::parse_challenge_kind(settings.challenge);
  if (!challenge)
    return bad(
        fmt::format("--challenge '{}': valid are http-01, tls-alpn-01 and dns-01", settings.challenge));
  auto prover = prover_for(*challenge, settings, parts.answers);
  if (!prover) return std::unexpected(prover.error());
  auto external = external_account(settings);
  if (!external) return std::unexpected(external.error());
  acme::Order::Options order{.directory = settings.acme_directory,
                             .names = std::move(names),
                             .challenge = *challenge,
                             .contact = settings.acme_contact,
                             .profile = settings.acme_profile,
                             .replaces = "",
                             .chain = settings.acme_chain,
                             .external_account = std::move(*external)};
  if (const auto possible = acme::check(order); !possible) return std::unexpected(possible.error());
  source->prover_ = std::move(*prover);
  source->exchange_ = std::make_unique<acme::HttpExchange>(
      acme::HttpExchange::Options{.authorities = settings.acme_ca, .user_agent = "rozaneh/" ROZANEH_VERSION});
  source->keeper_ = std::make_unique<acme::Keeper>(
      acme::Keeper::Options{.order = std::move(order), .kinds = *kinds}, source->store_,
      acme::Client::Parts{.exchange = *source->exchange_,
                          .prover = *source->prover_,
                          .log = parts.log,
                          .sleep = &acme::sleep_unless_stopped,
                          .now = &now},
      parts.random, parts.certificates);
  source->keeper_->load();
  return source;
}

void CertificateSource::start() {
  if (keeper_) keeper_->start();
}

void CertificateSource::reload() {
  if (files_) files_->look();
}

}  // namespace rozaneh::cli
