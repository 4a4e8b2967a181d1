#include "crypto/tls_kdf.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include <cassert>
#include <optional>
#include <string_view>

#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/tls13.h"

namespace rozaneh::crypto {
namespace {

// What comes with a call, as of RFC 8446 section 7.1; all of it is borrowed.
struct Request {
  int mode = 0;
  std::optional<Tls13Suite> suite;  // any with this hash
  std::optional<Bytes> key, salt;
  Bytes prefix, label, data;
};

Bytes bytes_of_parameter(const OSSL_PARAM& parameter) {
  return {static_cast<const std::uint8_t*>(parameter.data), parameter.data_size};
}

std::optional<Tls13Suite> suite_with(std::string_view hash) {
  if (hash == "SHA2-256" || hash == "SHA256") return Tls13Suite::aes128_gcm_sha256;
  if (hash == "SHA2-384" || hash == "SHA384") return Tls13Suite::aes256_gcm_sha384;
  return std::nullopt;
}

void take(Request& request, const OSSL_PARAM& parameter) {
  const std::string_view name = parameter.key;
  const Bytes bytes = bytes_of_parameter(parameter);
  if (name == OSSL_KDF_PARAM_MODE) (void)OSSL_PARAM_get_int(&parameter, &request.mode);
  if (name == OSSL_KDF_PARAM_DIGEST) request.suite = suite_with(static_cast<const char*>(parameter.data));
  if (name == OSSL_KDF_PARAM_KEY) request.key = bytes;
  if (name == OSSL_KDF_PARAM_SALT) request.salt = bytes;
  if (name == OSSL_KDF_PARAM_PREFIX) request.prefix = bytes;
  if (name == OSSL_KDF_PARAM_LABEL) request.label = bytes;
  if (name == OSSL_KDF_PARAM_DATA) request.data = bytes;
}

// HKDF-Expand-Label for no more than one hash.
void expand(const Request& request, Bytes secret, Bytes data, MutableBytes out) {
  Buffer info = {0, static_cast<std::uint8_t>(out.size()),
                 static_cast<std::uint8_t>(request.prefix.size() + request.label.size())};
  info.reserve(128);
  append(info, request.prefix);
  append(info, request.label);
  info.push_back(static_cast<std::uint8_t>(data.size()));
  append(info, data);
  info.push_back(1);  // the first and only block of HKDF-Expand (RFC 5869)
  tls13_hmac(*request.suite, secret, info, out);
}

void keep(Bytes label, Bytes secret) {
  TrafficSecrets* secrets = watched_secrets();
  if (secrets == nullptr) return;
  const auto name = text_of(label);
  if (name == "c ap traffic") secrets->client.assign(secret.begin(), secret.end());
  if (name == "s ap traffic") secrets->server.assign(secret.begin(), secret.end());
}

void extract(const Request& request, MutableBytes out) {
  static constexpr std::array<std::uint8_t, 48> kZeros{};
  const Bytes zeros = Bytes(kZeros).first(out.size());
  std::array<std::uint8_t, 48> derived{};
  const MutableBytes salt = MutableBytes(derived).first(out.size());
  if (request.salt) {
    const auto sha256_of_nothing = Sha256().finish();
    const auto sha384_of_nothing = Sha384().finish();
    const Bytes nothing = out.size() == 48 ? Bytes(sha384_of_nothing) : Bytes(sha256_of_nothing);
    expand(request, *request.salt, nothing, salt);
  }
  tls13_hmac(*request.suite, salt, request.key.value_or(zeros), out);
  wipe(derived);
}

int derive(void* /*context*/, unsigned char* to, std::size_t size, const OSSL_PARAM* parameters) {
  Request request;
  for (; parameters != nullptr && parameters->key != nullptr; ++parameters) take(request, *parameters);
  if (!request.suite || size > secret_size(*request.suite)) return 0;
  const MutableBytes out(to, size);
  if (request.mode == EVP_KDF_HKDF_MODE_EXTRACT_ONLY && size == secret_size(*request.suite)) {
    extract(request, out);
    return 1;
  }
  const bool fits = request.prefix.size() + request.label.size() < 256 && request.data.size() < 256;
  if (request.mode != EVP_KDF_HKDF_MODE_EXPAND_ONLY || !request.key || !fits) return 0;
  expand(request, *request.key, request.data, out);
  keep(request.label, out);
  return 1;
}

// All that libssl says comes with `derive`; there is no state.
void* make(void* provider) { return provider; }
void drop(void* /*context*/) {}

}  // namespace

const OSSL_DISPATCH* tls13_kdf() {
  const auto function = [](auto* pointer) { return reinterpret_cast<void (*)()>(pointer); };
  static const std::array<OSSL_DISPATCH, 4> table = {{{OSSL_FUNC_KDF_NEWCTX, function(&make)},
                                                      {OSSL_FUNC_KDF_FREECTX, function(&drop)},
                                                      {OSSL_FUNC_KDF_DERIVE, function(&derive)},
                                                      {0, nullptr}}};
  return table.data();
}

}  // namespace rozaneh::crypto
