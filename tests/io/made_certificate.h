// Certificates that nobody has signed but their own key, for tests.
#pragma once

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include "crypto/openssl.h"
#include "io/tls_server.h"

namespace rozaneh::io {

enum class KeyKind { ec, rsa };

inline std::string pem_text(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string text(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return text;
}

inline TlsIdentity made_certificate(const std::string& name, KeyKind kind = KeyKind::ec) {
  const std::unique_ptr<EVP_PKEY, crypto::OpensslFree<&EVP_PKEY_free>> key(
      kind == KeyKind::ec ? EVP_EC_gen("P-256") : EVP_RSA_gen(2048));
  const std::unique_ptr<X509, crypto::OpensslFree<&X509_free>> made(X509_new());
  X509_set_version(made.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), -3600);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(made.get()), "CN", MBSTRING_UTF8,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(made.get(), X509_get_subject_name(made.get()));
  X509_set_pubkey(made.get(), key.get());
  X509_sign(made.get(), key.get(), EVP_sha256());
  BIO* chain = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(chain, made.get());
  BIO* secret = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(secret, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  return {pem_text(chain), pem_text(secret)};
}

}  // namespace rozaneh::io
