// A server's certificates as TLS 1.3 sends them (RFC 8446 section 4.4.2), compressed or not (RFC 8879).
#pragma once

#include <optional>
#include <vector>

#include "base/bytes.h"

namespace rozaneh::tls {

inline constexpr std::size_t kMaxCertificates = std::size_t{1} << 17U;  // bytes of the message; ours

// The certificates in DER, borrowed, the server's own first; nullopt if the message does not follow the
// grammar, has none, or answers a request, which only a client does.
std::optional<std::vector<Bytes>> parse_certificate(Bytes body);

// The body of a Certificate out of that of a CompressedCertificate; nullopt if it is not brotli, or not of
// the length that it says, or longer than kMaxCertificates.
std::optional<Buffer> decompress_certificate(Bytes body);

}  // namespace rozaneh::tls
