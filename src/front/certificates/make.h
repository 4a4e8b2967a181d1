// Certificates and requests for them that we make ourselves.
#pragma once

#include <span>

#include "front/certificates/chain.h"

namespace rozaneh::front {

// For tests and for operators who ask for it: signed by itself, so that only clients that are told to will
// trust it. Valid from an hour before `now`, for a year and a day.
Certificate self_signed(const std::vector<std::string>& names, KeyKind kind, Time now);

// The answer to a tls-alpn-01 check (RFC 8737 section 3): self-signed for the one name, with the
// acmeIdentifier extension that holds SHA-256 of the key authorization.
Certificate alpn_certificate(const std::string& name, std::span<const std::uint8_t, 32> hash, Time now);

// A request for a certificate (PKCS #10, DER) for the names, none of them as common name; signed with the
// key.
Buffer certificate_request(const Key& key, const std::vector<std::string>& names);

}  // namespace rozaneh::front
