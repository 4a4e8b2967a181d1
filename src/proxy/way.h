// A way through: one link or bridge line, made ready to dial.
#pragma once

#include <memory>
#include <string>

#include "crypto/x25519.h"
#include "proxy/candidate.h"
#include "transport/catalog.h"
#include "tunnel/credential.h"
#include "wire/way.h"

namespace rozaneh::proxy {

class WayDialer final : public Candidate {
 public:
  // Checks the transport's name and arguments; fails with a plain sentence. The catalog and what `setup`
  // names, but not its arguments, outlive the dialer.
  static Result<std::unique_ptr<WayDialer>> make(Way way, const transport::Catalog& catalog, io::State& state,
                                                 Random& random, Log& log);

  // The transport's stream.
  io::Task<Result<io::StreamPtr>> dial(io::Loop& loop, io::Dialer& raw) override;

  // Makes of the transport's stream one to `target`. Where the server forwards to one service only, that is
  // what the stream leads to, whatever the target.
  io::Task<Result<io::StreamPtr>> ask(io::Loop& loop, io::StreamPtr stream, const Target& target) const;

  // Whether the server lets its clients choose where streams go (the link says `egress=fixed` if not).
  [[nodiscard]] bool is_open() const;

  // The key of the server's tunnel, where it has one (`tunnel=` in the link).
  [[nodiscard]] std::optional<crypto::PublicKey> tunnel_key() const;

  // Who the link was made for, where it says so (`user=` in the link).
  [[nodiscard]] const std::optional<tunnel::Credential>& credential() const { return credential_; }

  // Whether a server that refuses the one's user refuses the other's too.
  [[nodiscard]] bool same_user(const WayDialer& other) const;

  // "obfs4 at 192.0.2.1:443", or with the name that the link gives.
  [[nodiscard]] std::string label() const override;
  [[nodiscard]] std::string transport() const override { return way_.transport; }
  [[nodiscard]] std::string server() const override { return way_.server.host_text(); }
  [[nodiscard]] std::string identity() const override;

 private:
  WayDialer(Way way, std::optional<tunnel::Credential> credential,
            std::unique_ptr<transport::Connector> connector)
      : way_(std::move(way)), credential_(std::move(credential)), connector_(std::move(connector)) {}

  Way way_;  // its arguments without the credential
  std::optional<tunnel::Credential> credential_;
  std::unique_ptr<transport::Connector> connector_;
};

enum class WayError {
  transport,  // no such transport
  tunnel,     // a key of a tunnel that is none
  user,       // a user's credential that is none
  none_left,  // every way was tried
};

std::string_view layer_of(WayError error);
std::string_view describe(WayError error);

}  // namespace rozaneh::proxy
