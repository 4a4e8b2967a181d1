// What all connections of one ScrambleSuit server share: its identity, its tickets, and what it has seen.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>

#include "base/log.h"
#include "io/state.h"
#include "transport/replay_filter.h"
#include "transport/scramblesuit/codec.h"
#include "transport/scramblesuit/identity.h"

namespace rozaneh::scramblesuit {

// Used from several threads.
class Server {
 public:
  // Reads scramblesuit_state.json, or makes it; `password`, if given, takes the place of the one in there.
  // Replay records: scramblesuit_replay (hellos), scramblesuit_used_tickets. `state` and `log` outlive it.
  static Result<std::unique_ptr<Server>> open(const std::optional<Password>& password, io::State& state,
                                              Random& random, Log& log, Time now);

  [[nodiscard]] const Password& password() const { return password_; }
  [[nodiscard]] const LengthsPtr& lengths() const { return lengths_; }

  // A fresh ticket. Where the current key is a week old, a new one takes its place first.
  Grant issue(Random& random, Time now);
  std::optional<MasterKey> open_ticket(std::span<const std::uint8_t, kTicketSize> ticket, Time now);

  bool hello_replayed(Bytes mac, Time now) { return seen(*hellos_, mac, now); }
  bool ticket_replayed(Bytes ticket, Time now) { return seen(*tickets_, ticket, now); }

 private:
  using Filter = std::unique_ptr<transport::KeptReplayFilter>;
  Server(ServerIdentity identity, io::State& state, Log& log, Filter hellos, Filter tickets);
  bool seen(transport::KeptReplayFilter& filter, Bytes tag, Time now);

  Password password_;
  LengthsPtr lengths_;
  io::State& state_;
  Log& log_;
  Filter hellos_;
  Filter tickets_;
  std::atomic<bool> told_unkept_ = false;
  std::mutex mutex_;
  ServerIdentity identity_;  // its ticket keys change, under the mutex
};

}  // namespace rozaneh::scramblesuit
