// Private keys of certificates and accounts.
#pragma once

#include <openssl/evp.h>

#include <string>

#include "base/error.h"
#include "crypto/openssl.h"

namespace rozaneh::front {

using Key = std::unique_ptr<EVP_PKEY, crypto::OpensslFree<&EVP_PKEY_free>>;

enum class KeyKind { ec, rsa };

// "ec", "rsa"
std::string_view name_of(KeyKind kind);

// A new one: EC on P-256, or RSA of 2048 bits (which takes up to a second).
Key make_key(KeyKind kind);

// From PEM, not encrypted. Keys of other kinds than above are refused; RSA has 2048 to 8192 bits.
Result<Key> read_key(std::string_view pem);

// PEM (PKCS #8). A secret.
std::string pem_of(const Key& key);

// A key that `read_key` has let through, or that is of one of the kinds.
KeyKind kind_of(const EVP_PKEY* key);

}  // namespace rozaneh::front
