#include "lab/recognise/certificate.h"

#include <openssl/err.h>
#include <openssl/x509v3.h>

#include <memory>

#include "base/address.h"
#include "base/reader.h"
#include "crypto/openssl.h"

namespace rozaneh::lab {
namespace {

using crypto::OpensslFree;
using Parsed = std::unique_ptr<X509, OpensslFree<&X509_free>>;
using Time = std::unique_ptr<ASN1_TIME, OpensslFree<&ASN1_TIME_free>>;
using Text = std::unique_ptr<BIO, OpensslFree<&BIO_free_all>>;

void free_names(GENERAL_NAMES* names) { GENERAL_NAMES_free(names); }
using Names = std::unique_ptr<GENERAL_NAMES, OpensslFree<&free_names>>;

std::optional<std::int64_t> seconds_of(const ASN1_TIME* time) {
  const Time epoch(ASN1_TIME_set(nullptr, 0));
  int days = 0;
  int seconds = 0;
  if (time == nullptr || ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1) return std::nullopt;
  return std::int64_t{days} * 86400 + seconds;
}

std::string text_of_string(const ASN1_STRING* string) {
  const auto size = static_cast<std::size_t>(ASN1_STRING_length(string));
  return std::string(text_of(Bytes(ASN1_STRING_get0_data(string), size)));
}

std::string line_of(const X509_NAME* name) {
  const Text text(crypto::must_have(BIO_new(BIO_s_mem())));
  X509_NAME_print_ex(text.get(), name, 0, XN_FLAG_RFC2253);
  char* start = nullptr;
  const long size = BIO_get_mem_data(text.get(), &start);
  return size > 0 ? std::string(start, static_cast<std::size_t>(size)) : std::string();
}

std::string common_name_of(const X509_NAME* name) {
  std::string found;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;)
    found = text_of_string(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
  return found;
}

std::string address_of(Bytes bytes) {
  std::array<std::uint8_t, 4> four{};
  std::array<std::uint8_t, 16> sixteen{};
  if (bytes.size() == four.size()) {
    copy(four, bytes);
    return IpAddress(four).to_string();
  }
  if (bytes.size() != sixteen.size()) return {};
  copy(sixteen, bytes);
  return IpAddress(sixteen).to_string();
}

std::string alternative_of(const GENERAL_NAME* name) {
  int type = 0;
  const void* value = GENERAL_NAME_get0_value(name, &type);
  if (type != GEN_DNS && type != GEN_IPADD) return {};
  const std::string text = text_of_string(static_cast<const ASN1_STRING*>(value));
  return type == GEN_DNS ? text : address_of(bytes_of(text));
}

std::vector<std::string> alternatives_of(const X509* certificate) {
  std::vector<std::string> found;
  const Names names(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i)
    if (auto name = alternative_of(sk_GENERAL_NAME_value(names.get(), i)); !name.empty())
      found.push_back(std::move(name));
  return found;
}

// What the parser leaves in OpenSSL's queue of errors would only grow.
Parsed parse_der(Bytes der) {
  const std::uint8_t* at = der.data();
  Parsed parsed(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  ERR_clear_error();
  return parsed && at == der.data() + der.size() ? std::move(parsed) : Parsed();
}

std::optional<Bytes> take_vector24(Reader& reader) {
  const auto top = reader.u8();
  const auto rest = top ? reader.u16() : std::nullopt;
  return rest ? reader.bytes((std::size_t{*top} << 16U) + *rest) : std::nullopt;
}

}  // namespace

std::optional<Certificate> parse_certificate(Bytes der) {
  if (der.empty() || der.size() > kMaxCertificate) return std::nullopt;
  const Parsed parsed = parse_der(der);
  if (!parsed) return std::nullopt;
  const auto not_before = seconds_of(X509_get0_notBefore(parsed.get()));
  const auto not_after = seconds_of(X509_get0_notAfter(parsed.get()));
  const X509_NAME* subject = X509_get_subject_name(parsed.get());
  Certificate certificate{.not_before = not_before.value_or(0),
                          .not_after = not_after.value_or(0),
                          .subject = line_of(subject),
                          .common_name = common_name_of(subject),
                          .alternative = alternatives_of(parsed.get()),
                          .size = der.size()};
  ERR_clear_error();
  return not_before && not_after ? std::optional(std::move(certificate)) : std::nullopt;
}

std::optional<CertificateChain> read_certificate_message(Bytes body) {
  Reader reader(body);
  const auto list = take_vector24(reader);
  if (!list || !reader.empty()) return std::nullopt;
  CertificateChain chain{.count = 0, .size = list->size(), .leaf = std::nullopt};
  for (Reader rest(*list); !rest.empty(); ++chain.count) {
    const auto der = take_vector24(rest);
    if (!der) return std::nullopt;
    if (chain.count == 0) chain.leaf = parse_certificate(*der);
  }
  return chain;
}

}  // namespace rozaneh::lab
