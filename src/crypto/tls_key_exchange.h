// X25519 for tls_library.h. Internal to crypto.
#pragma once

#include <openssl/types.h>

namespace rozaneh::crypto {

// What our provider has for an operation of OpenSSL's core: key management and key exchange; else null.
const OSSL_ALGORITHM* key_exchange_algorithms(int operation);

}  // namespace rozaneh::crypto
