#include "front/certificates/chain.h"

#include <fmt/chrono.h>
#include <openssl/err.h>
#include <openssl/pem.h>

#include <algorithm>
#include <ctime>

#include "front/certificates/error.h"
#include "front/certificates/openssl_text.h"

namespace rozaneh::front {
namespace {

using Names = std::unique_ptr<GENERAL_NAMES, crypto::OpensslFree<&GENERAL_NAMES_free>>;
using KeyId = std::unique_ptr<AUTHORITY_KEYID, crypto::OpensslFree<&AUTHORITY_KEYID_free>>;

Bytes bytes_in(const ASN1_STRING* string) {
  return {ASN1_STRING_get0_data(string), static_cast<std::size_t>(ASN1_STRING_length(string))};
}

Result<std::vector<X509Ptr>> read_chain(std::string_view pem) {
  std::vector<X509Ptr> chain;
  if (pem.size() > kLargestChain) return fail(CertificateError::no_chain, "the file is too large");
  const Bio text = bio_to_read(pem);
  while (X509* next = PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr)) {
    chain.emplace_back(next);
    if (chain.size() > kLongestChain) return fail(CertificateError::broken_chain, "it is too long");
  }
  const bool ended = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (chain.empty()) return fail(CertificateError::no_chain);
  if (!ended) return fail(CertificateError::no_chain, "one of the chain is malformed");
  return chain;
}

std::vector<std::string> names_of(const X509* certificate) {
  std::vector<std::string> found;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_DNS) continue;
    std::string text(text_of(bytes_in(name->d.dNSName)));
    for (char& c : text)
      if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    found.push_back(std::move(text));
  }
  return found;
}

Result<Time> time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return fail(CertificateError::no_chain, "its dates are malformed");
  return Time(std::chrono::seconds(timegm(&parts)));
}

std::string issuer_of(const X509* certificate) {
  const X509_NAME* name = X509_get_issuer_name(certificate);
  int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
  if (at < 0) at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
  if (at < 0) return "";
  return std::string(text_of(bytes_in(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)))));
}

Buffer authority_key_of(const X509* certificate) {
  const KeyId id(static_cast<AUTHORITY_KEYID*>(
      X509_get_ext_d2i(certificate, NID_authority_key_identifier, nullptr, nullptr)));
  if (!id || id->keyid == nullptr) return {};
  const Bytes bytes = bytes_in(id->keyid);
  return {bytes.begin(), bytes.end()};
}

// A DER integer's content: a zero in front where the first bit would read as a sign.
Buffer serial_of(const X509* certificate) {
  const Bytes magnitude = bytes_in(X509_get0_serialNumber(certificate));
  Buffer serial;
  if (!magnitude.empty() && (magnitude.front() & 0x80U) != 0) serial.push_back(0);
  append(serial, magnitude);
  return serial;
}

Result<> check_order(const std::vector<X509Ptr>& chain) {
  for (std::size_t i = 0; i + 1 < chain.size(); ++i) {
    const bool issued = X509_check_issued(chain[i + 1].get(), chain[i].get()) == X509_V_OK &&
                        X509_verify(chain[i].get(), X509_get0_pubkey(chain[i + 1].get())) == 1;
    ERR_clear_error();
    if (!issued)
      return fail(CertificateError::broken_chain,
                  fmt::format("number {} was not issued by number {}", i + 1, i + 2));
  }
  return {};
}

}  // namespace

Result<CertificateFacts> examine(const Certificate& certificate) {
  const auto chain = read_chain(certificate.chain);
  if (!chain) return std::unexpected(chain.error());
  const auto key = read_key(certificate.key);
  if (!key) return std::unexpected(key.error());
  const X509* own = chain->front().get();
  const bool fits = X509_check_private_key(own, key->get()) == 1;
  ERR_clear_error();
  if (!fits) return fail(CertificateError::mismatch);
  if (auto good = check_order(*chain); !good) return std::unexpected(good.error());
  const auto since = time_of(X509_get0_notBefore(own));
  const auto until = time_of(X509_get0_notAfter(own));
  if (!since || !until) return std::unexpected(since ? until.error() : since.error());
  return CertificateFacts{.names = names_of(own),
                          .kind = kind_of(key->get()),
                          .not_before = *since,
                          .not_after = *until,
                          .issuer = issuer_of(own),
                          .serial = serial_of(own),
                          .authority_key = authority_key_of(own)};
}

Result<std::string> last_issuer(std::string_view chain) {
  const auto read = read_chain(chain);
  if (!read) return std::unexpected(read.error());
  return issuer_of(read->back().get());
}

bool covers(const std::vector<std::string>& names, std::string_view name) {
  if (std::ranges::find(names, name) != names.end()) return true;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos || dot == 0 || name.starts_with("*.")) return false;
  const std::string wildcard = "*" + std::string(name.substr(dot));
  return std::ranges::find(names, wildcard) != names.end();
}

Result<> check_use(const CertificateFacts& facts, const std::vector<std::string>& names, Time now) {
  for (const std::string& name : names)
    if (!covers(facts.names, name)) return fail(CertificateError::names, name);
  if (now < facts.not_before)
    return fail(CertificateError::time, fmt::format("valid from {:%F %T} UTC on", facts.not_before));
  if (now >= facts.not_after)
    return fail(CertificateError::time, fmt::format("expired at {:%F %T} UTC", facts.not_after));
  return {};
}

}  // namespace rozaneh::front
