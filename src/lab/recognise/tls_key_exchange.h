// What a ServerKeyExchange shows in the open (RFC 5246 section 7.4.3, RFC 8422 section 5.4).
#pragma once

#include <string_view>

#include "base/bytes.h"

namespace rozaneh::lab {

struct TlsKeyExchange {
  enum class Kind { dhe, ecdhe, other };
  Kind kind = Kind::other;
  Buffer prime;             // DHE: as it stands, big endian
  Buffer generator;         // DHE
  std::uint16_t curve = 0;  // ECDHE: the named group, 23 is P-256

  bool operator==(const TlsKeyExchange&) const = default;
};

// The message's body. Which kind it is follows from its form: parameters, then a signature, or none
// (anonymous), that ends with the body. `other`: another kind, or malformed.
TlsKeyExchange read_server_key_exchange(Bytes body);

// The prime that Tor's relays used for TLS until January 2011, in hexadecimal, and by which Iran knew them:
// the second Oakley group (RFC 2409 section 6.2). Tor 0.2.1.29 took Apache's instead, and was let through.
inline constexpr std::string_view kTorPrimeUntil2011 =
    "ffffffffffffffffc90fdaa22168c234c4c6628b80dc1cd129024e088a67cc74020bbea63b139b22514a08798e3404dd"
    "ef9519b3cd3a431b302b0a6df25f14374fe1356d6d51c245e485b576625e7ec6f44c42e9a637ed6b0bff5cb6f406b7ed"
    "ee386bfb5a899fa5ae9f24117c4b1fe649286651ece65381ffffffffffffffff";

}  // namespace rozaneh::lab
