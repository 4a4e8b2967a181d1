// The ports at which an authority looks, where no server of ours has them: for `rozaneh certificate`.
#pragma once

#include "front/certificates.h"
#include "io/server.h"
#include "io/tls_server.h"

namespace rozaneh::cli {

// http-01: answers what is asked for right now, and 404 to all else.
class HttpChallengePort final : public io::Handler {
 public:
  // The answers outlive it.
  explicit HttpChallengePort(const front::ChallengeAnswers& answers) : answers_(answers) {}
  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override;

 private:
  const front::ChallengeAnswers& answers_;
};

// tls-alpn-01: shakes hands with who asks for it, and closes.
class TlsChallengePort final : public io::Handler {
 public:
  static Result<std::unique_ptr<TlsChallengePort>> make(const front::ChallengeAnswers& answers);
  io::Task<> serve(io::Loop& loop, io::StreamPtr stream, Endpoint peer) override;

 private:
  explicit TlsChallengePort(io::TlsServer server) : server_(std::move(server)) {}
  io::TlsServer server_;
};

}  // namespace rozaneh::cli
