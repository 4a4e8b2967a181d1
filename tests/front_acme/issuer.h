// Signs requests as an authority does.
#pragma once

#include <fmt/ranges.h>
#include <openssl/pem.h>

#include "front/certificates/make.h"
#include "front/certificates/openssl_text.h"

namespace rozaneh::front {

class Issuer {
 public:
  std::vector<std::string> names{"example.org"};
  Time since{}, until{};
  unsigned issued = 0;
  std::string name = "issuer";

  // A chain of one for the request's key; of the request's names nothing is taken.
  std::string sign(Bytes request) {
    const unsigned char* at = request.data();
    X509_REQ* parsed = d2i_X509_REQ(nullptr, &at, static_cast<long>(request.size()));
    const X509Ptr made(X509_new());
    X509_set_version(made.get(), X509_VERSION_3);
    ASN1_INTEGER_set(X509_get_serialNumber(made.get()), static_cast<long>(++issued));
    ASN1_TIME_set(X509_getm_notBefore(made.get()), std::chrono::system_clock::to_time_t(since));
    ASN1_TIME_set(X509_getm_notAfter(made.get()), std::chrono::system_clock::to_time_t(until));
    const auto* own = reinterpret_cast<const unsigned char*>(name.c_str());
    X509_NAME_add_entry_by_txt(X509_get_issuer_name(made.get()), "CN", MBSTRING_UTF8, own, -1, -1, 0);
    X509_set_pubkey(made.get(), X509_REQ_get0_pubkey(parsed));
    X509_REQ_free(parsed);
    add(made.get(), NID_subject_alt_name, fmt::format("DNS:{}", fmt::join(names, ",DNS:")));
    const std::unique_ptr<AUTHORITY_KEYID, crypto::OpensslFree<&AUTHORITY_KEYID_free>> issuer(
        AUTHORITY_KEYID_new());
    issuer->keyid = ASN1_OCTET_STRING_new();
    ASN1_OCTET_STRING_set(issuer->keyid, own, static_cast<int>(name.size()) + 1);
    X509_add1_ext_i2d(made.get(), NID_authority_key_identifier, issuer.get(), 0, 0);
    X509_sign(made.get(), key_.get(), EVP_sha256());
    const Bio pem = bio_to_write();
    PEM_write_bio_X509(pem.get(), made.get());
    return text_in(pem);
  }

 private:
  static void add(X509* to, int kind, const std::string& value) {
    const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
    X509_add_ext(to, extension.get(), -1);
  }

  Key key_ = make_key(KeyKind::ec);
};

}  // namespace rozaneh::front
