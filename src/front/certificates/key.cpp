#include "front/certificates/key.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "front/certificates/error.h"
#include "front/certificates/openssl_text.h"

namespace rozaneh::front {
namespace {

constexpr int kRsaBits = 2048;
constexpr int kMostRsaBits = 8192;

bool usable(const EVP_PKEY* key) {
  const int bits = EVP_PKEY_get_bits(key);
  if (EVP_PKEY_is_a(key, "RSA") == 1) return bits >= kRsaBits && bits <= kMostRsaBits;
  return EVP_PKEY_is_a(key, "EC") == 1 && (bits == 256 || bits == 384);
}

// Else OpenSSL asks for one on the terminal.
int no_password(char* /*to*/, int /*size*/, int /*writing*/, void* /*data*/) { return -1; }

}  // namespace

std::string_view name_of(KeyKind kind) { return kind == KeyKind::ec ? "ec" : "rsa"; }

Key make_key(KeyKind kind) {
  if (kind == KeyKind::ec) return Key(crypto::must_have(EVP_EC_gen("P-256")));
  return Key(crypto::must_have(EVP_RSA_gen(kRsaBits)));
}

Result<Key> read_key(std::string_view pem) {
  const Bio text = bio_to_read(pem);
  Key key(PEM_read_bio_PrivateKey(text.get(), nullptr, &no_password, nullptr));
  ERR_clear_error();
  if (!key || !usable(key.get())) return fail(CertificateError::no_key);
  return key;
}

std::string pem_of(const Key& key) {
  const Bio bio(crypto::must_have(BIO_new(BIO_s_secmem())));
  crypto::must(PEM_write_bio_PKCS8PrivateKey(bio.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr));
  return text_in(bio);
}

KeyKind kind_of(const EVP_PKEY* key) { return EVP_PKEY_is_a(key, "RSA") == 1 ? KeyKind::rsa : KeyKind::ec; }

}  // namespace rozaneh::front
