// Walks an order's way to its end: asks, proves, waits, and believes nothing of what comes.
#pragma once

#include <functional>

#include "front/acme/exchange.h"
#include "front/acme/prover.h"
#include "front/certificates/chain.h"

namespace rozaneh::front::acme {

class Client {
 public:
  struct Parts {
    Exchange& exchange;
    Prover& prover;
    Log& log;
    // Waits; false: we were told to stop.
    std::function<bool(std::chrono::seconds, const std::stop_token&)> sleep;
    std::function<Time()> now;
  };

  explicit Client(Parts parts) : parts_(std::move(parts)) {}

  // A new certificate for a new key. What comes back is checked: it must be for our key and our names, valid
  // now, and its chain in order; else AcmeError::lying. All proofs are withdrawn, whatever happens.
  Result<Certificate> obtain(const Order::Options& options, const Key& account, KeyKind kind,
                             const std::stop_token& stop);

  // When the authority wants the certificate renewed; nothing where it has no opinion (RFC 9773).
  Result<std::optional<RenewalWindow>> ask_renewal(const std::string& directory,
                                                   const CertificateFacts& facts,
                                                   const std::stop_token& stop);

  // How long the authority wants to be left alone, after `obtain` has failed with AcmeError::limited.
  [[nodiscard]] std::optional<std::chrono::seconds> leave_alone() const { return leave_alone_; }

 private:
  Result<std::string> walk(Order& order, std::vector<Proof>& presented, const std::stop_token& stop);
  Result<Step> act(Order& order, const Step& step, std::vector<Proof>& presented,
                   const std::stop_token& stop);
  Result<> present(const std::vector<Proof>& proofs, std::vector<Proof>& presented,
                   const std::stop_token& stop);

  Parts parts_;
  std::optional<std::chrono::seconds> leave_alone_;
};

// Sleeps on this thread until the time has passed (true) or `stop` is asked for.
bool sleep_unless_stopped(std::chrono::seconds span, const std::stop_token& stop);

}  // namespace rozaneh::front::acme
