// The web site of the lab's far side.
#pragma once

#include "io/server.h"
#include "io/tls_server.h"

namespace rozaneh::lab {

// The bytes of /bytes/N from place `from` on: incompressible enough, and different at every place.
void fill_numbered(MutableBytes block, std::uint64_t from);

// HTTP/1.1. GET / is a short page; GET /bytes/N (or any path that ends so) is N bytes, at most 1 GiB, always
// the same for the same N; all else is 404. Answers any name.
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
