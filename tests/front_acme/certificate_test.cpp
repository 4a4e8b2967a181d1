#include <gtest/gtest.h>
#include <openssl/pem.h>

#include "front/certificates/error.h"
#include "front/certificates/make.h"
#include "front/certificates/openssl_text.h"

namespace rozaneh::front {
namespace {

constexpr Time kNow{std::chrono::seconds(1'800'000'000)};

TEST(Key, OfBothKindsGoesThroughPem) {
  for (const KeyKind kind : {KeyKind::ec, KeyKind::rsa}) {
    const Key key = make_key(kind);
    const auto again = read_key(pem_of(key));
    ASSERT_TRUE(again);
    EXPECT_EQ(kind_of(again->get()), kind);
    EXPECT_EQ(EVP_PKEY_eq(key.get(), again->get()), 1);
  }
}

TEST(Key, OfAnotherKindOrTooShortIsRefused) {
  const Key odd(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  EXPECT_TRUE(read_key(pem_of(odd)).error().is(CertificateError::no_key));
  const Key brief(EVP_RSA_gen(1024));
  EXPECT_TRUE(read_key(pem_of(brief)).error().is(CertificateError::no_key));
  EXPECT_TRUE(read_key("").error().is(CertificateError::no_key));
}

TEST(Certificate, MadeByItselfTellsWhatItWasMadeFor) {
  for (const KeyKind kind : {KeyKind::ec, KeyKind::rsa}) {
    const auto facts = examine(self_signed({"example.org", "*.Example.org"}, kind, kNow));
    ASSERT_TRUE(facts) << facts.error().message();
    EXPECT_EQ(facts->names, (std::vector<std::string>{"example.org", "*.example.org"}));
    EXPECT_EQ(facts->kind, kind);
    EXPECT_LT(facts->not_before, kNow);
    EXPECT_EQ(facts->not_after - facts->not_before, std::chrono::hours(24) * 366);
    EXPECT_EQ(facts->issuer, "example.org");
  }
}

TEST(Certificate, WithAnothersKeyIsRefused) {
  Certificate one = self_signed({"example.org"}, KeyKind::ec, kNow);
  one.key = self_signed({"example.org"}, KeyKind::ec, kNow).key;
  EXPECT_TRUE(examine(one).error().is(CertificateError::mismatch));
}

TEST(Certificate, WithAChainThatIsNoneIsRefused) {
  Certificate one = self_signed({"example.org"}, KeyKind::ec, kNow);
  one.chain += self_signed({"other.org"}, KeyKind::ec, kNow).chain;
  EXPECT_TRUE(examine(one).error().is(CertificateError::broken_chain));
}

TEST(Certificate, CutShortIsRefused) {
  const Certificate whole = self_signed({"example.org"}, KeyKind::ec, kNow);
  for (std::size_t size = 0; size + 2 < whole.chain.size(); size += 7) {
    const auto facts = examine({.chain = whole.chain.substr(0, size), .key = whole.key});
    ASSERT_FALSE(facts) << size;
    EXPECT_TRUE(facts.error().is(CertificateError::no_chain));
  }
}

TEST(Certificate, IsUsedForItsNamesAndItsTimeOnly) {
  const auto facts = examine(self_signed({"example.org", "*.example.org"}, KeyKind::ec, kNow));
  EXPECT_TRUE(check_use(*facts, {"example.org", "a.example.org", "*.example.org"}, kNow));
  EXPECT_TRUE(check_use(*facts, {"example.net"}, kNow).error().is(CertificateError::names));
  EXPECT_TRUE(check_use(*facts, {"a.b.example.org"}, kNow).error().is(CertificateError::names));
  EXPECT_TRUE(check_use(*facts, {}, facts->not_after).error().is(CertificateError::time));
  EXPECT_TRUE(
      check_use(*facts, {}, facts->not_before - std::chrono::seconds(1)).error().is(CertificateError::time));
}

TEST(Request, CarriesItsNamesAndIsSignedByItsKey) {
  for (const KeyKind kind : {KeyKind::ec, KeyKind::rsa}) {
    const Key key = make_key(kind);
    const Buffer der = certificate_request(key, {"*.example.org", "example.org"});
    const unsigned char* at = der.data();
    X509_REQ* request = d2i_X509_REQ(nullptr, &at, static_cast<long>(der.size()));
    ASSERT_NE(request, nullptr);
    EXPECT_EQ(X509_REQ_verify(request, key.get()), 1);
    EXPECT_EQ(X509_NAME_entry_count(X509_REQ_get_subject_name(request)), 0);
    const Bio text = bio_to_write();
    X509_REQ_print(text.get(), request);
    EXPECT_NE(text_in(text).find("DNS:*.example.org, DNS:example.org"), std::string::npos);
    X509_REQ_free(request);
  }
}

// RFC 8737 section 3: one name, and a critical acmeIdentifier that holds the hash as an OCTET STRING.
TEST(AlpnCertificate, HoldsTheHashInACriticalExtension) {
  std::array<std::uint8_t, 32> hash{};
  for (std::size_t i = 0; i < hash.size(); ++i) hash[i] = static_cast<std::uint8_t>(i);
  const Certificate made = alpn_certificate("example.org", hash, kNow);
  EXPECT_EQ(examine(made)->names, std::vector<std::string>{"example.org"});
  const Bio pem = bio_to_read(made.chain);
  const X509Ptr certificate(PEM_read_bio_X509(pem.get(), nullptr, nullptr, nullptr));
  ASN1_OBJECT* kind = OBJ_txt2obj("1.3.6.1.5.5.7.1.31", 1);
  X509_EXTENSION* found = X509_get_ext(certificate.get(), X509_get_ext_by_OBJ(certificate.get(), kind, -1));
  ASN1_OBJECT_free(kind);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(X509_EXTENSION_get_critical(found), 1);
  const ASN1_OCTET_STRING* value = X509_EXTENSION_get_data(found);
  Buffer expected{0x04, 0x20};
  append(expected, hash);
  EXPECT_TRUE(std::ranges::equal(
      expected, Bytes(ASN1_STRING_get0_data(value), static_cast<std::size_t>(ASN1_STRING_length(value)))));
}

}  // namespace
}  // namespace rozaneh::front
