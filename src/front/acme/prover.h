// Who puts in place what an authority wants to see, and takes it away again.
#pragma once

#include <filesystem>
#include <stop_token>

#include "base/log.h"
#include "front/acme/dns_update.h"
#include "front/acme/order.h"
#include "front/certificates.h"

namespace rozaneh::front::acme {

class Prover {
 public:
  virtual ~Prover() = default;
  // Blocks until it is there; fails with AcmeError::challenge.
  virtual Result<> present(const Proof& proof, const std::stop_token& stop) = 0;
  // Also of what was not presented to its end.
  virtual Result<> withdraw(const Proof& proof) = 0;
  // How long the world takes to see it.
  [[nodiscard]] virtual std::chrono::seconds settling() const { return {}; }
};

// http-01 and tls-alpn-01: for the servers of this process.
class ServerProver final : public Prover {
 public:
  explicit ServerProver(ChallengeAnswers& answers) : answers_(answers) {}
  Result<> present(const Proof& proof, const std::stop_token& stop) override;
  Result<> withdraw(const Proof& proof) override;

 private:
  ChallengeAnswers& answers_;
};

// dns-01 by a program of the operator's: `PROGRAM present NAME VALUE` adds the TXT record, `PROGRAM remove
// NAME VALUE` takes it away; both end with 0. Values of several orders may stand at one name.
class HookProver final : public Prover {
 public:
  HookProver(std::filesystem::path program, std::chrono::seconds settling,
             std::chrono::seconds limit = std::chrono::minutes(5))
      : program_(std::move(program)), settling_(settling), limit_(limit) {}
  Result<> present(const Proof& proof, const std::stop_token& stop) override;
  Result<> withdraw(const Proof& proof) override;
  [[nodiscard]] std::chrono::seconds settling() const override { return settling_; }

 private:
  Result<> run(const char* verb, const Proof& proof, const std::stop_token& stop);
  std::filesystem::path program_;
  std::chrono::seconds settling_, limit_;
};

// dns-01 by RFC 2136 with the zone's primary server, over TCP.
class UpdateProver final : public Prover {
 public:
  struct Options {
    std::string server;  // "ns.example.org:53", "192.0.2.1:53", "[2001:db8::1]:53"
    std::string zone;
    TsigKey key;
    std::chrono::seconds settling;
    std::chrono::seconds limit{20};
  };
  explicit UpdateProver(Options options) : options_(std::move(options)) {}
  Result<> present(const Proof& proof, const std::stop_token& stop) override;
  Result<> withdraw(const Proof& proof) override;
  [[nodiscard]] std::chrono::seconds settling() const override { return options_.settling; }

 private:
  Result<> update(bool add, const Proof& proof, const std::stop_token& stop);
  Options options_;
};

}  // namespace rozaneh::front::acme
