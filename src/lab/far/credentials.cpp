#include "lab/far/credentials.h"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "crypto/openssl_handles.h"

namespace rozaneh::lab {
namespace {

using crypto::Bio;
using crypto::Certificate;
using crypto::Key;
using crypto::must;
using crypto::must_have;

constexpr unsigned kBits = 2048;
constexpr long kDay = 86400;  // seconds
constexpr long kValid = 365 * kDay;
constexpr long kHour = 3600;
// DER of what the server sends: with the names alone it would be 2 kB.
constexpr std::size_t kChainBytes = 4500;

Key make_key() { return Key(must_have(EVP_RSA_gen(kBits))); }

// Of an authority: much quicker to make.
Key make_signing_key() { return Key(must_have(EVP_EC_gen("P-256"))); }

void add_extension(X509* certificate, X509* issuer, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const crypto::CertificateExtension extension(
      must_have(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
  must(X509_add_ext(certificate, extension.get(), -1));
}

void set_name(X509_NAME* name, const std::string& common) {
  const auto* text = reinterpret_cast<const unsigned char*>(common.c_str());
  must(X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0));
}

struct Wanted {
  std::string common_name;
  bool is_authority = false;
  std::vector<std::string> names;
  long since = -kDay, until = kValid;  // seconds from now
};

// Signed by `issuer`, or by itself where that is null.
Certificate make(const Wanted& wanted, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key, long serial) {
  Certificate made(must_have(X509_new()));
  must(X509_set_version(made.get(), X509_VERSION_3));
  must(ASN1_INTEGER_set(X509_get_serialNumber(made.get()), serial));
  must_have(X509_gmtime_adj(X509_getm_notBefore(made.get()), wanted.since));
  must_have(X509_gmtime_adj(X509_getm_notAfter(made.get()), wanted.until));
  set_name(X509_get_subject_name(made.get()), wanted.common_name);
  X509* signer = issuer != nullptr ? issuer : made.get();
  must(X509_set_issuer_name(made.get(), X509_get_subject_name(signer)));
  must(X509_set_pubkey(made.get(), key));
  add_extension(made.get(), signer, NID_basic_constraints,
                wanted.is_authority ? "critical,CA:TRUE" : "CA:FALSE");
  if (!wanted.names.empty())
    add_extension(made.get(), signer, NID_subject_alt_name,
                  fmt::format("DNS:{}", fmt::join(wanted.names, ",DNS:")));
  if (X509_sign(made.get(), issuer_key, EVP_sha256()) <= 0) must(0);
  return made;
}

std::string pem_of(const Bio& bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(size)};
}

std::string pem_of(X509* certificate) {
  const Bio bio(must_have(BIO_new(BIO_s_mem())));
  must(PEM_write_bio_X509(bio.get(), certificate));
  return pem_of(bio);
}

std::string pem_of(EVP_PKEY* key) {
  const Bio bio(must_have(BIO_new(BIO_s_mem())));
  must(PEM_write_bio_PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr));
  return pem_of(bio);
}

std::size_t size_of(X509* certificate) { return static_cast<std::size_t>(i2d_X509(certificate, nullptr)); }

}  // namespace

Credentials make_credentials(const std::vector<std::string>& names) {
  const Key root_key = make_signing_key();
  const Certificate root = make({.common_name = "Rozaneh lab root", .is_authority = true, .names = {}},
                                root_key.get(), nullptr, root_key.get(), 1);
  const Key middle_key = make_signing_key();
  const Certificate middle = make({.common_name = "Rozaneh lab authority", .is_authority = true, .names = {}},
                                  middle_key.get(), root.get(), root_key.get(), 2);
  const Key key = make_key();
  // Shared certificates of hosters carry the names of many sites.
  Wanted wanted{.common_name = names.front(), .is_authority = false, .names = names};
  Certificate leaf;
  for (unsigned i = 0; !leaf || size_of(leaf.get()) + size_of(middle.get()) < kChainBytes; i += 4) {
    for (unsigned j = i; j < i + 4; ++j)
      wanted.names.push_back(fmt::format("neighbour-{}.shared.example", j));
    leaf = make(wanted, key.get(), middle.get(), middle_key.get(), 3);
  }
  wanted.since = -kHour;
  wanted.until = kHour;
  const Certificate brief = make(wanted, key.get(), middle.get(), middle_key.get(), 4);
  return {.authority = pem_of(root.get()),
          .chain = pem_of(leaf.get()) + pem_of(middle.get()),
          .short_chain = pem_of(brief.get()) + pem_of(middle.get()),
          .key = pem_of(key.get())};
}

}  // namespace rozaneh::lab
