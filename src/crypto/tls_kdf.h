// TLS 1.3's key schedule for tls_library.h. Internal to crypto.
#pragma once

#include <openssl/types.h>

#include "crypto/tls_library.h"

namespace rozaneh::crypto {

// OpenSSL's table of functions for "TLS13-KDF".
const OSSL_DISPATCH* tls13_kdf();

// Where this thread keeps what it derives, or null.
TrafficSecrets* watched_secrets();

}  // namespace rozaneh::crypto
