#include "front/certificates/make.h"

#include <fmt/ranges.h>
#include <openssl/pem.h>
#include <openssl/rand.h>

#include "front/certificates/openssl_text.h"

namespace rozaneh::front {
namespace {

using crypto::must;
using crypto::must_have;
using Request = std::unique_ptr<X509_REQ, crypto::OpensslFree<&X509_REQ_free>>;
using Object = std::unique_ptr<ASN1_OBJECT, crypto::OpensslFree<&ASN1_OBJECT_free>>;
using Octets = std::unique_ptr<ASN1_OCTET_STRING, crypto::OpensslFree<&ASN1_OCTET_STRING_free>>;

constexpr auto kBefore = std::chrono::hours(1);
constexpr auto kValid = std::chrono::hours(24) * 366;
// RFC 8737 section 6.1: id-pe-acmeIdentifier.
constexpr const char* kAcmeIdentifier = "1.3.6.1.5.5.7.1.31";

ExtensionPtr extension(int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, nullptr, nullptr, nullptr, nullptr, 0);
  return ExtensionPtr(must_have(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str())));
}

ExtensionPtr names_extension(const std::vector<std::string>& names) {
  return extension(NID_subject_alt_name, fmt::format("DNS:{}", fmt::join(names, ",DNS:")));
}

// Critical; its value is an OCTET STRING of the hash inside the extension's own.
ExtensionPtr acme_extension(std::span<const std::uint8_t, 32> hash) {
  std::array<std::uint8_t, 34> der{V_ASN1_OCTET_STRING, 32};
  copy(std::span(der).subspan(2), hash);
  const Object kind(must_have(OBJ_txt2obj(kAcmeIdentifier, 1)));
  const Octets value(must_have(ASN1_OCTET_STRING_new()));
  must(ASN1_OCTET_STRING_set(value.get(), der.data(), static_cast<int>(der.size())));
  return ExtensionPtr(must_have(X509_EXTENSION_create_by_OBJ(nullptr, kind.get(), 1, value.get())));
}

void set_serial(X509* certificate) {
  std::array<std::uint8_t, 16> random{};
  must(RAND_bytes(random.data(), static_cast<int>(random.size())));
  random[0] &= 0x7fU;
  const crypto::BigNumber number(
      must_have(BN_bin2bn(random.data(), static_cast<int>(random.size()), nullptr)));
  must_have(BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)));
}

Certificate sign_by_itself(const std::vector<std::string>& names, const Key& key, ExtensionPtr more,
                           Time now) {
  const X509Ptr made(must_have(X509_new()));
  must(X509_set_version(made.get(), X509_VERSION_3));
  set_serial(made.get());
  const auto at = [](Time time) { return std::chrono::system_clock::to_time_t(time); };
  must_have(ASN1_TIME_set(X509_getm_notBefore(made.get()), at(now - kBefore)));
  must_have(ASN1_TIME_set(X509_getm_notAfter(made.get()), at(now - kBefore + kValid)));
  // A common name has at most 64 characters; the names that count stand in the extension.
  const std::string common = names.front().substr(0, 64);
  X509_NAME* subject = X509_get_subject_name(made.get());
  must(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8,
                                  reinterpret_cast<const unsigned char*>(common.c_str()), -1, -1, 0));
  must(X509_set_issuer_name(made.get(), subject));
  must(X509_set_pubkey(made.get(), key.get()));
  must(X509_add_ext(made.get(), names_extension(names).get(), -1));
  if (more) must(X509_add_ext(made.get(), more.get(), -1));
  if (X509_sign(made.get(), key.get(), EVP_sha256()) <= 0) must(0);
  const Bio pem = bio_to_write();
  must(PEM_write_bio_X509(pem.get(), made.get()));
  return {.chain = text_in(pem), .key = pem_of(key)};
}

}  // namespace

Certificate self_signed(const std::vector<std::string>& names, KeyKind kind, Time now) {
  return sign_by_itself(names, make_key(kind), nullptr, now);
}

Certificate alpn_certificate(const std::string& name, std::span<const std::uint8_t, 32> hash, Time now) {
  return sign_by_itself({name}, make_key(KeyKind::ec), acme_extension(hash), now);
}

Buffer certificate_request(const Key& key, const std::vector<std::string>& names) {
  const Request request(must_have(X509_REQ_new()));
  must(X509_REQ_set_version(request.get(), X509_REQ_VERSION_1));
  must(X509_REQ_set_pubkey(request.get(), key.get()));
  STACK_OF(X509_EXTENSION)* extensions = must_have(sk_X509_EXTENSION_new_null());
  const ExtensionPtr alternatives = names_extension(names);
  sk_X509_EXTENSION_push(extensions, alternatives.get());
  must(X509_REQ_add_extensions(request.get(), extensions));
  sk_X509_EXTENSION_free(extensions);
  if (X509_REQ_sign(request.get(), key.get(), EVP_sha256()) <= 0) must(0);
  Buffer der(static_cast<std::size_t>(i2d_X509_REQ(request.get(), nullptr)));
  unsigned char* to = der.data();
  i2d_X509_REQ(request.get(), &to);
  return der;
}

}  // namespace rozaneh::front
