// The client's side of TLS over bytes in memory, with OpenSSL. Verifies nobody: it only wants to know who is
// there.
#pragma once

#include <memory>
#include <string>

#include "base/bytes.h"

struct ssl_st;

namespace rozaneh::lab {

class TlsClient {
 public:
  // `server_name` is sent if it is not empty. `plain` sends no ALPN, as Tor does.
  explicit TlsClient(const std::string& server_name, bool plain = false);
  ~TlsClient();
  TlsClient(TlsClient&&) noexcept = default;
  TlsClient& operator=(TlsClient&&) noexcept = default;

  // Takes bytes from the server, goes on with the handshake, and answers what is to be sent.
  Buffer take(Bytes received);
  [[nodiscard]] bool is_established() const { return established_; }
  [[nodiscard]] bool has_failed() const { return failed_; }
  // The server's certificate in DER; empty: none.
  [[nodiscard]] Buffer certificate() const;

  // Once it is established: what is to be sent for this, and what has come.
  Buffer write(Bytes plain);
  Buffer read();

 private:
  struct Free {
    void operator()(ssl_st* ssl) const;
  };
  Buffer leaving();

  std::unique_ptr<ssl_st, Free> ssl_;
  bool established_ = false;
  bool failed_ = false;
};

}  // namespace rozaneh::lab
