// What a TLS server presents, and where it comes from: handed over without a restart.
//
// Whoever gets certificates (files, ACME, self-made) puts them into a `Certificates`; servers take what
// is current, and are called when it changes. Connections that are open keep what they began with.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "base/secret.h"

namespace rozaneh::front {

// A certificate with its key, both PEM.
struct Certificate {
  std::string chain;  // the server's own certificate first, then who issued it; no root
  std::string key;    // wiped with the last holder of the set
};

// One for each kind of key, EC before RSA; several let a server choose by the client's algorithms.
struct CertificateSet {
  std::vector<Certificate> all;

  CertificateSet() = default;
  explicit CertificateSet(std::vector<Certificate> certificates) : all(std::move(certificates)) {}
  CertificateSet(const CertificateSet&) = delete;
  CertificateSet& operator=(const CertificateSet&) = delete;
  ~CertificateSet();
};

// The certificates in use. From any thread.
class Certificates {
 public:
  using Snapshot = std::shared_ptr<const CertificateSet>;

  // Never null; without elements while there is no certificate yet.
  [[nodiscard]] Snapshot current() const;

  // Puts others in their place and calls who listens. The caller has checked them.
  void replace(std::vector<Certificate> fresh);

  // `changed` is called after each change, on the thread of who changed it, never two at a time: it should
  // only build something new and swap it in. Call this before any source runs; it is not called for what is
  // there already.
  void when_changed(std::function<void(const Snapshot&)> changed);

 private:
  mutable std::mutex mutex_;
  std::mutex calling_;
  Snapshot current_ = std::make_shared<const CertificateSet>();
  std::vector<std::function<void(const Snapshot&)>> listeners_;
};

// What a certificate authority asks for while it checks a name: put there by the ACME client, given out by
// the servers of ports 80 and 443. From any thread.
class ChallengeAnswers {
 public:
  // RFC 8555 section 8.3: paths of the form /.well-known/acme-challenge/TOKEN on port 80. The answer is the
  // body of a 200 of type application/octet-stream. `path` is the request's, without query; everything that
  // is not being asked right now has no answer.
  [[nodiscard]] std::optional<std::string> http_answer(std::string_view path) const;

  // RFC 8737: for a hello that offers the one ALPN protocol "acme-tls/1" and this server name (any case),
  // the certificate to present. The server selects that protocol, finishes the handshake and closes.
  [[nodiscard]] std::optional<Certificate> alpn_certificate(std::string_view name) const;

  void set_http(std::string token, std::string key_authorization);
  void set_alpn(std::string_view name, Certificate certificate);
  void remove_http(const std::string& token);
  void remove_alpn(const std::string& name);

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> http_;
  std::map<std::string, Certificate, std::less<>> alpn_;
};

// The one ALPN protocol of a tls-alpn-01 check (RFC 8737 section 6.2).
inline constexpr std::string_view kAcmeProtocol = "acme-tls/1";

}  // namespace rozaneh::front
