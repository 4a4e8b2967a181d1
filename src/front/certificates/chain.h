// What stands in a certificate, and whether it may be used.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "front/certificates.h"
#include "front/certificates/key.h"

namespace rozaneh::front {

using Time = std::chrono::sys_seconds;

struct CertificateFacts {
  std::vector<std::string> names;  // DNS names, lower case, "*.example.org" among them
  KeyKind kind = KeyKind::ec;
  Time not_before, not_after;
  std::string issuer;    // its common name, or what it has else, for a reader
  Buffer serial;         // the content of the DER integer
  Buffer authority_key;  // keyIdentifier of who issued it, or empty (RFC 5280 section 4.2.1.1)
};

// At most so many certificates in a chain, and bytes of PEM.
inline constexpr std::size_t kLongestChain = 10;
inline constexpr std::size_t kLargestChain = 128 * 1024;

// Reads the first certificate of a chain, and checks that each is issued and signed by the next, that
// the key is the first one's, and that nothing else stands between them.
Result<CertificateFacts> examine(const Certificate& certificate);

// Who issued the last certificate of a chain in PEM, by common name: the root that a client must trust.
Result<std::string> last_issuer(std::string_view chain);

// Whether a certificate with these names is good for a host or wildcard name: the name itself stands there,
// or a wildcard that covers its first label.
bool covers(const std::vector<std::string>& names, std::string_view name);

// Fails unless it covers all `names` and is valid at `now`.
Result<> check_use(const CertificateFacts& facts, const std::vector<std::string>& names, Time now);

}  // namespace rozaneh::front
