// The server's side of TLS over any Stream, with OpenSSL.
#pragma once

#include <memory>
#include <string>

#include "io/loop.h"
#include "io/stream.h"

struct ssl_ctx_st;

namespace rozaneh::io {

// The versions that a server speaks.
enum class TlsVersions { tls12_only, tls12_and_13, tls13_only };

// A certificate with its key, and what is agreed with clients. Used from several loops at once; outlives its
// streams.
class TlsServer {
 public:
  // `chain` is PEM, the server's own certificate first; `key` is its private key in PEM.
  static Result<TlsServer> make(const std::string& chain, const std::string& key,
                                TlsVersions versions = TlsVersions::tls12_and_13);

  // Shakes hands on `raw`, and answers the stream inside. Set a Deadline. On a failure `raw` is gone.
  // A client's close_notify ends the stream inside as a half-close does; so does the end of the connection
  // without one, as in all of today's web servers.
  Task<Result<StreamPtr>> accept(Loop& loop, StreamPtr raw) const;

 private:
  struct Free {
    void operator()(ssl_ctx_st* context) const;
  };
  using Context = std::unique_ptr<ssl_ctx_st, Free>;
  explicit TlsServer(Context context) : context_(std::move(context)) {}
  Context context_;
};

}  // namespace rozaneh::io
