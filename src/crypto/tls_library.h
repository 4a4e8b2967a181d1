// OpenSSL with our code in two places where a handshake of TLS 1.3 costs much: X25519, and the key schedule.
//
// OpenSSL takes such code from providers (provider(7)); ours, "rozaneh", stands in a library context of its
// own beside the default one. What goes over the wire is the same. It also tells the traffic secrets, which
// OpenSSL would only hand out as text.
#pragma once

#include "base/secret.h"

struct ossl_lib_ctx_st;

namespace rozaneh::crypto {

// For SSL_CTX_new_ex, with these properties. The same one for all threads; never freed.
ossl_lib_ctx_st* tls_library();
inline constexpr const char* kTlsProperties = "?provider=rozaneh";

// The application traffic secrets of TLS 1.3; empty with other versions. Wiped when they die.
struct TrafficSecrets {
  Buffer client, server;

  TrafficSecrets() = default;
  TrafficSecrets(const TrafficSecrets&) = delete;
  TrafficSecrets& operator=(const TrafficSecrets&) = delete;
  ~TrafficSecrets() {
    wipe(client);
    wipe(server);
  }
};

// While it lives, what this thread's handshakes with `tls_library` derive is kept in `secrets`. Nothing may
// suspend meanwhile.
class SecretWatch {
 public:
  explicit SecretWatch(TrafficSecrets& secrets);
  SecretWatch(const SecretWatch&) = delete;
  SecretWatch& operator=(const SecretWatch&) = delete;
  ~SecretWatch();
};

}  // namespace rozaneh::crypto
