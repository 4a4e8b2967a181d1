// Certificates of a TLS server: whether they are to be believed, and whether it has their key. With OpenSSL.
#pragma once

#include <ctime>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

struct x509_st;
struct x509_store_st;

namespace rozaneh::crypto {

// What a server has shown, its own certificate first. Move-only.
class CertificateChain {
 public:
  // From DER; nothing if one is no certificate, if bytes follow one, or if there is none.
  static std::optional<CertificateChain> parse(const std::vector<Bytes>& certificates);

  // Whether the holder of the first one's key has signed `message`, by one of TLS 1.3's schemes (RFC 8446
  // section 4.2.3): ECDSA on P-256 or P-384 or RSA-PSS, with the hash of the same name. No other is taken.
  [[nodiscard]] bool has_signed(std::uint16_t scheme, Bytes message, Bytes signature) const;

 private:
  friend class CertificateTrust;
  struct Free {
    void operator()(x509_st* certificate) const;
  };
  std::vector<std::unique_ptr<x509_st, Free>> certificates_;
};

// Whom we believe. Shared by many connections and threads.
class CertificateTrust {
 public:
  // PEM; empty: those whom the system trusts. The failure is a text.
  static std::expected<CertificateTrust, std::string> make(const std::string& authorities);

  // Why the chain is not one of `host`, a name or an address, at `now`; nothing: it is.
  [[nodiscard]] std::optional<std::string> refuse(const CertificateChain& chain, const std::string& host,
                                                  std::time_t now) const;

 private:
  struct Free {
    void operator()(x509_store_st* store) const;
  };
  CertificateTrust();
  std::unique_ptr<x509_store_st, Free> store_;
};

}  // namespace rozaneh::crypto
