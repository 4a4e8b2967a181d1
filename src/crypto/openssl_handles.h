// Owners for OpenSSL's objects of certificates and TLS, for all who speak TLS with it.
#pragma once

#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.h"

namespace rozaneh::crypto {

using Bio = std::unique_ptr<BIO, OpensslFree<&BIO_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using CertificateExtension = std::unique_ptr<X509_EXTENSION, OpensslFree<&X509_EXTENSION_free>>;
using Key = std::unique_ptr<EVP_PKEY, OpensslFree<&EVP_PKEY_free>>;
using Name = std::unique_ptr<X509_NAME, OpensslFree<&X509_NAME_free>>;
using Ssl = std::unique_ptr<SSL, OpensslFree<&SSL_free>>;
using SslContext = std::unique_ptr<SSL_CTX, OpensslFree<&SSL_CTX_free>>;

}  // namespace rozaneh::crypto
