// Where a server's certificates come from, as commands are told: an authority (ACME), files, or nobody.
#pragma once

#include "cli/settings.h"
#include "front/acme/keeper.h"
#include "front/certificates/files.h"

namespace rozaneh::cli {

struct CertificateSettings {
  std::vector<std::string> cert, key;  // files, in pairs
  bool self_signed = false;
  std::vector<std::string> certificate_key = {"ec", "rsa"};
  std::string acme_directory = "https://acme-v02.api.letsencrypt.org/directory";
  std::string acme_ca, acme_contact, acme_profile, acme_chain;
  std::string acme_eab_id, acme_eab_key;  // the key: a file
  std::string challenge = "http-01";
  std::string dns_server, dns_zone, dns_key, dns_hook;
  unsigned dns_wait = 10;  // seconds
};

// All flags; or without --cert, --key and --self-signed, for who only wants to ask an authority.
void declare_certificates(CLI::App& app, CertificateSettings& settings);
void declare_acme(CLI::App& app, CertificateSettings& settings);

// Puts certificates into a `Certificates` and keeps them fresh while it lives.
class CertificateSource {
 public:
  // Everything handed in outlives it; so does `random`, which is used on the source's own thread. Files and
  // self-signed certificates are in place when this returns; what an authority has given before, too.
  struct Parts {
    io::State& state;
    Random& random;
    Log& log;
    front::Certificates& certificates;
    front::ChallengeAnswers& answers;
  };
  static Result<std::unique_ptr<CertificateSource>> open(const CertificateSettings& settings,
                                                         std::vector<std::string> names, Parts parts);
  ~CertificateSource();
  CertificateSource(const CertificateSource&) = delete;
  CertificateSource& operator=(const CertificateSource&) = delete;

  // Once the ports listen at which an authority will look.
  void start();

  // For SIGHUP: files are looked at now.
  void reload();

  // Null where no authority is asked.
  [[nodiscard]] front::acme::Keeper* keeper() { return keeper_.get(); }

 private:
  explicit CertificateSource(io::State& state) : store_(state) {}

  front::acme::Store store_;
  std::unique_ptr<front::acme::Exchange> exchange_;
  std::unique_ptr<front::acme::Prover> prover_;
  std::unique_ptr<front::acme::Keeper> keeper_;
  std::unique_ptr<front::CertificateFiles> files_;
};

}  // namespace rozaneh::cli
