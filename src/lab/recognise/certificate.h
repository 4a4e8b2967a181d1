// What a server's certificate tells who reads along: names and times. Nothing is verified.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/bytes.h"

namespace rozaneh::lab {

inline constexpr std::size_t kMaxCertificate = std::size_t{64} * 1024;  // bytes of DER that are read

struct Certificate {
  std::int64_t not_before = 0;  // seconds since 1970, UTC
  std::int64_t not_after = 0;
  std::string subject;                   // on one line as in RFC 2253, "CN=www.example.org,O=Example"
  std::string common_name;               // the last one of the subject; empty: none
  std::vector<std::string> alternative;  // DNS names, and addresses as text
  std::size_t size = 0;                  // bytes of DER

  // In seconds: Tor's were valid for two hours until September 2011.
  [[nodiscard]] std::int64_t lifetime() const { return not_after - not_before; }

  bool operator==(const Certificate&) const = default;
};

// nullopt: not an X.509 certificate, or bytes follow it, or it is larger than kMaxCertificate.
std::optional<Certificate> parse_certificate(Bytes der);

struct CertificateChain {
  std::size_t count = 0;
  std::size_t size = 0;  // bytes of all certificates and their lengths, as the message states it
  std::optional<Certificate> leaf;

  bool operator==(const CertificateChain&) const = default;
};

// The body of a Certificate message as TLS 1.2 and before send it; nullopt: malformed.
std::optional<CertificateChain> read_certificate_message(Bytes body);

}  // namespace rozaneh::lab
