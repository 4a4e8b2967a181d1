// The web site of the lab's far side.
#pragma once

#include "io/server.h"
#include "io/tls_server.h"

namespace rozaneh::lab {

// HTTP/1.1. GET / is a short page; GET /bytes/N (or any path that ends so) is N numbered bytes
// (lab/far/numbered.h); all else is 404. Answers any name.
class WebSite final : public io::Handler {
 public:
  // Over TLS if there is a `tls`, which outlives the site.
  explicit WebSite(const io::TlsServer* tls) : tls_(tls) {}

  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override;

 private:
  io::Task<Result<>> converse(io::Loop& loop, io::StreamPtr stream);
  const io::TlsServer* tls_;
};

}  // namespace rozaneh::lab
