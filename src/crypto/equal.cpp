#include "crypto/equal.h"

#include <openssl/crypto.h>

namespace rozaneh::crypto {

bool equal(Bytes a, Bytes b) {
  return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace rozaneh::crypto
