// The server's side of TLS over any Stream, with OpenSSL.
//
// Strangers meet the TLS of Debian 12's nginx: the same library with the same settings (compared in
// tests/e2e/tls_look_test.py).
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "io/tls_stream.h"

namespace rozaneh::io {

class TicketKeys;

// The versions that a server speaks.
enum class TlsVersions {
  tls12_only,
  tls12_and_13,
  tls13_only,
  as_nginx,  // Debian's nginx.conf names 1.0 and 1.1 too; OpenSSL's security level then refuses them in its
             // way
};

// A certificate with its key, both PEM: the server's own certificate first, then who issued it.
struct TlsIdentity {
  std::string chain;
  std::string key;
};

struct TlsServerOptions {
  TlsVersions versions = TlsVersions::tls12_and_13;

  // The application protocols, the best first. A client that offers others only is refused with an alert, as
  // nginx does since 1.21.4. Empty: what the client offers is passed over.
  std::vector<std::string> alpn;

  // For a hello whose only ALPN protocol is `special_protocol`: what is presented to who asks for that name,
  // or nothing, which is answered as to anybody. (ACME's tls-alpn-01.) Called on any loop.
  std::string special_protocol;
  std::function<std::optional<TlsIdentity>(std::string_view name)> special_identity;
};

// Certificates, and what is agreed with clients. Used from several loops at once; outlives its streams.
//
// Sessions are resumed by tickets, as with nginx: valid for five minutes, under keys that all loops share and
// that change each hour; the one before is taken for another hour.
class TlsServer {
 public:
  // One identity for each kind of key: the client's signature algorithms choose, EC before RSA.
  static Result<TlsServer> make(const std::vector<TlsIdentity>& identities, TlsServerOptions options);

  // The same with one, and no ALPN.
  static Result<TlsServer> make(const std::string& chain, const std::string& key,
                                TlsVersions versions = TlsVersions::tls12_and_13);

  TlsServer(TlsServer&&) noexcept;
  TlsServer& operator=(TlsServer&&) = delete;
  ~TlsServer();

  // Presents others from the next connection on; tickets stay good. Where these do not fit, the old ones
  // stay. From any thread.
  Result<> replace(const std::vector<TlsIdentity>& identities);

  // Shakes hands on `raw`, and answers the stream inside; `received` is what was read of `raw` already. Set a
  // Deadline. On a failure `raw` is gone. The end of the connection without a close_notify is an end like
  // another, as in all of today's web servers.
  Task<Result<std::unique_ptr<TlsStream>>> accept(Loop& loop, StreamPtr raw, Chunk received = Chunk()) const;

 private:
  struct Shared;  // what every context points to
  using Context = std::shared_ptr<SSL_CTX>;

  explicit TlsServer(std::unique_ptr<Shared> shared);
  static Result<Context> make_context(Shared& shared, const std::vector<TlsIdentity>& identities);
  [[nodiscard]] Context context() const;

  std::unique_ptr<Shared> shared_;
};

}  // namespace rozaneh::io
