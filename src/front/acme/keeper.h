// Keeps certificates fresh: takes those that are stored, asks for what is missing or due, on a thread of its
// own.
//
// A failure never takes anything away: the certificate in use stays until a new one is there and stored. What
// goes wrong is one error in the log each time, with when it will be tried again.
#pragma once

#include <thread>

#include "front/acme/client.h"
#include "front/acme/store.h"

namespace rozaneh::front::acme {

class Keeper {
 public:
  struct Options {
    Order::Options order;        // `replaces` is the keeper's
    std::vector<KeyKind> kinds;  // in the order in which they are given to servers: EC before RSA
  };

  // What an operator may look at; from any thread.
  struct Health {
    std::uint64_t obtained = 0, failed = 0;  // orders since the start
    std::optional<Time> first_expiry;        // of those in use
    std::optional<Time> next_try;
    std::string last_failure;  // empty once the next order has come through
  };

  // All outlive it, `into` gets whatever is current. Nothing runs before `start`.
  Keeper(Options options, Store& store, Client::Parts parts, Random& random, Certificates& into);
  ~Keeper();
  Keeper(const Keeper&) = delete;
  Keeper& operator=(const Keeper&) = delete;

  // Puts what is stored, covers the names and has not expired in use, on this thread: servers can begin.
  void load();

  // Has everything renewed in the next round, due or not. Before `start`.
  void renew_all();

  // Runs `round` again and again on a thread of its own, until destroyed.
  void start();

  // One look at everything, with what is due renewed; answers when to look again. Fails if a certificate that
  // is missing or due could not be had.
  Result<Time> round(const std::stop_token& stop);

  [[nodiscard]] Health health() const;

 private:
  struct Slot {
    KeyKind kind = KeyKind::ec;
    std::optional<Certificate> certificate;
    CertificateFacts facts;
    Time due;  // to be renewed
  };

  void take(Slot& slot, Certificate certificate);
  void publish();
  void ask_for_windows(const std::stop_token& stop);
  Result<> renew(Slot& slot, const std::stop_token& stop);
  Result<> spend();
  Result<> keep(Slot& slot, Certificate fresh);
  void after_failure(const Error& error);
  [[nodiscard]] Time next_due() const;
  void run(const std::stop_token& stop);

  Options options_;
  Store& store_;
  Client::Parts parts_;
  Client client_;
  Random& random_;
  Certificates& into_;
  std::vector<Slot> slots_;
  unsigned failures_ = 0;  // in a row
  Time not_before_{};      // no order before, after a failure
  Time ask_windows_at_{};
  mutable std::mutex mutex_;
  Health health_;
  std::jthread thread_;
};

}  // namespace rozaneh::front::acme
