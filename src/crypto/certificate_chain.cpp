#include "crypto/certificate_chain.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>

#include <array>

#include "crypto/openssl.h"

namespace rozaneh::crypto {
namespace {

using Bio = std::unique_ptr<BIO, OpensslFree<&BIO_free>>;
using Certificate = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using DigestContext = std::unique_ptr<EVP_MD_CTX, OpensslFree<&EVP_MD_CTX_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, OpensslFree<&X509_STORE_CTX_free>>;
struct FreeStack {
  void operator()(STACK_OF(X509) * stack) const { sk_X509_free(stack); }
};
using Stack = std::unique_ptr<STACK_OF(X509), FreeStack>;

struct Scheme {
  std::uint16_t number;
  const EVP_MD* (*hash)();
  const char* curve;  // null: RSA-PSS
};
constexpr std::array<Scheme, 5> kSchemes = {{{0x0403, &EVP_sha256, "prime256v1"},
                                             {0x0503, &EVP_sha384, "secp384r1"},
                                             {0x0804, &EVP_sha256, nullptr},
                                             {0x0805, &EVP_sha384, nullptr},
                                             {0x0806, &EVP_sha512, nullptr}}};

bool is_for(const Scheme& scheme, EVP_PKEY* key) {
  if (scheme.curve == nullptr) return EVP_PKEY_get_base_id(key) == EVP_PKEY_RSA;
  std::array<char, 32> curve{};
  return EVP_PKEY_get_base_id(key) == EVP_PKEY_EC &&
         EVP_PKEY_get_group_name(key, curve.data(), curve.size(), nullptr) == 1 &&
         std::string_view(curve.data()) == scheme.curve;
}

bool use_pss(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1;
}

std::string last_failure() {
  const char* reason = ERR_reason_error_string(ERR_get_error());
  ERR_clear_error();
  return reason != nullptr ? reason : "OpenSSL failed";
}

void ask_for_host(X509_VERIFY_PARAM* asked, const std::string& host) {
  if (X509_VERIFY_PARAM_set1_ip_asc(asked, host.c_str()) == 1) return;
  ERR_clear_error();  // no address
  must(X509_VERIFY_PARAM_set1_host(asked, host.c_str(), host.size()));
}

}  // namespace

void CertificateChain::Free::operator()(x509_st* certificate) const { X509_free(certificate); }

std::optional<CertificateChain> CertificateChain::parse(const std::vector<Bytes>& certificates) {
  CertificateChain chain;
  for (const Bytes each : certificates) {
    const unsigned char* at = each.data();
    chain.certificates_.emplace_back(d2i_X509(nullptr, &at, static_cast<long>(each.size())));
    if (!chain.certificates_.back() || at != each.data() + each.size()) {
      ERR_clear_error();
      return std::nullopt;
    }
  }
  if (chain.certificates_.empty()) return std::nullopt;
  return chain;
}

bool CertificateChain::has_signed(std::uint16_t scheme, Bytes message, Bytes signature) const {
  const auto* const found = std::ranges::find(kSchemes, scheme, &Scheme::number);
  EVP_PKEY* const key = X509_get0_pubkey(certificates_.front().get());
  if (found == kSchemes.end() || key == nullptr || !is_for(*found, key)) return false;
  const DigestContext context(must_have(EVP_MD_CTX_new()));
  EVP_PKEY_CTX* details = nullptr;
  const bool right = EVP_DigestVerifyInit(context.get(), &details, found->hash(), nullptr, key) == 1 &&
                     (found->curve != nullptr || use_pss(details)) &&
                     EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(),
                                      message.size()) == 1;
  ERR_clear_error();
  return right;
}

void CertificateTrust::Free::operator()(x509_store_st* store) const { X509_STORE_free(store); }

CertificateTrust::CertificateTrust() : store_(must_have(X509_STORE_new())) {}

std::expected<CertificateTrust, std::string> CertificateTrust::make(const std::string& authorities) {
  CertificateTrust trust;
  if (authorities.empty()) {
    if (X509_STORE_set_default_paths(trust.store_.get()) != 1) return std::unexpected(last_failure());
    return trust;
  }
  const Bio text(must_have(BIO_new_mem_buf(authorities.data(), static_cast<int>(authorities.size()))));
  std::size_t count = 0;
  for (;; ++count) {
    const Certificate one(PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr));
    if (!one) break;
    must(X509_STORE_add_cert(trust.store_.get(), one.get()));
  }
  if (count == 0) return std::unexpected(last_failure());
  ERR_clear_error();  // the end of the text counts as an error
  return trust;
}

std::optional<std::string> CertificateTrust::refuse(const CertificateChain& chain, const std::string& host,
                                                    std::time_t now) const {
  const Stack others(must_have(sk_X509_new_null()));
  for (const auto& each : chain.certificates_)
    if (sk_X509_push(others.get(), each.get()) == 0) std::abort();
  const StoreContext context(must_have(X509_STORE_CTX_new()));
  must(X509_STORE_CTX_init(context.get(), store_.get(), chain.certificates_.front().get(), others.get()));
  must(X509_STORE_CTX_set_default(context.get(), "ssl_server"));
  X509_VERIFY_PARAM* const asked = X509_STORE_CTX_get0_param(context.get());
  ask_for_host(asked, host);
  X509_VERIFY_PARAM_set_time(asked, now);
  X509_VERIFY_PARAM_set_auth_level(asked, 1);  // as TLS contexts have it: no keys below 80 bits of strength
  if (X509_verify_cert(context.get()) == 1) return std::nullopt;
  ERR_clear_error();
  return X509_verify_cert_error_string(X509_STORE_CTX_get_error(context.get()));
}

}  // namespace rozaneh::crypto
