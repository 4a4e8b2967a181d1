#include "crypto/tls_library.h"

#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/params.h>
#include <openssl/prov_ssl.h>
#include <openssl/provider.h>

#include <array>
#include <string>
#include <string_view>

#include "crypto/openssl.h"
#include "crypto/tls_kdf.h"
#include "crypto/tls_key_exchange.h"

namespace rozaneh::crypto {
namespace {

constexpr const char* kName = "rozaneh";

thread_local TrafficSecrets* watched = nullptr;

const OSSL_ALGORITHM* algorithms(void* /*provider*/, int operation, int* may_not_be_stored) {
  static const std::array<OSSL_ALGORITHM, 2> kdfs = {
      {{OSSL_KDF_NAME_TLS1_3_KDF, "provider=rozaneh", tls13_kdf(), "TLS 1.3's key schedule"},
       {nullptr, nullptr, nullptr, nullptr}}};
  *may_not_be_stored = 0;
  return operation == OSSL_OP_KDF ? kdfs.data() : key_exchange_algorithms(operation);
}

// libssl takes a group only from the provider that has its keys, so that ours has to name it too. With what
// OpenSSL's own says of it: RFC 8446 section 4.2.7's number, 128 bits, every version of TLS and DTLS.
int tell_groups(void* /*provider*/, const char* what, int (*take)(const OSSL_PARAM*, void*), void* argument) {
  if (std::string_view(what) != "TLS-GROUP") return 0;
  std::string name = "x25519";
  std::string own_name = "X25519";
  unsigned id = 29;
  unsigned bits = 128;
  std::array<int, 4> versions = {TLS1_VERSION, 0, DTLS1_VERSION, 0};  // 0: no last one
  const std::array<OSSL_PARAM, 10> group = {
      OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_NAME, name.data(), name.size() + 1),
      OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_NAME_INTERNAL, own_name.data(),
                                       own_name.size() + 1),
      OSSL_PARAM_construct_utf8_string(OSSL_CAPABILITY_TLS_GROUP_ALG, own_name.data(), own_name.size() + 1),
      OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_ID, &id),
      OSSL_PARAM_construct_uint(OSSL_CAPABILITY_TLS_GROUP_SECURITY_BITS, &bits),
      OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_TLS, versions.data()),
      OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_TLS, &versions[1]),
      OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MIN_DTLS, &versions[2]),
      OSSL_PARAM_construct_int(OSSL_CAPABILITY_TLS_GROUP_MAX_DTLS, &versions[3]),
      OSSL_PARAM_construct_end()};
  return take(group.data(), argument);
}

int begin(const OSSL_CORE_HANDLE* /*handle*/, const OSSL_DISPATCH* /*offered*/, const OSSL_DISPATCH** ours,
          void** provider) {
  static const std::array<OSSL_DISPATCH, 3> table = {
      {{OSSL_FUNC_PROVIDER_QUERY_OPERATION, reinterpret_cast<void (*)()>(&algorithms)},
       {OSSL_FUNC_PROVIDER_GET_CAPABILITIES, reinterpret_cast<void (*)()>(&tell_groups)},
       {0, nullptr}}};
  static char nothing = 0;  // OpenSSL wants a pointer
  *ours = table.data();
  *provider = &nothing;
  return 1;
}

}  // namespace

ossl_lib_ctx_st* tls_library() {
  static OSSL_LIB_CTX* const made = [] {
    OSSL_LIB_CTX* library = must_have(OSSL_LIB_CTX_new());
    must(OSSL_PROVIDER_add_builtin(library, kName, &begin));
    must_have(OSSL_PROVIDER_load(library, kName));
    must_have(OSSL_PROVIDER_load(library, "default"));
    return library;
  }();
  return made;
}

TrafficSecrets* watched_secrets() { return watched; }

SecretWatch::SecretWatch(TrafficSecrets& secrets) { watched = &secrets; }
SecretWatch::~SecretWatch() { watched = nullptr; }

}  // namespace rozaneh::crypto
