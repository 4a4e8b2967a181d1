// The tickets that a client has been given, kept between runs in obfs4proxy's own file and form.
//
//     scramblesuit_tickets.json  {"192.0.2.1:443": {"key-ticket": base32 of key 32 | ticket 112, "issuedAt":
//     s}}
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/log.h"
#include "io/state.h"
#include "transport/scramblesuit/codec.h"

namespace rozaneh::scramblesuit {

class TicketStore {
 public:
  // All stores of one state share `guard`, since several connectors change one record. `state` and `log`
  // outlive the store.
  TicketStore(io::State& state, Log& log, std::shared_ptr<std::mutex> guard)
      : state_(state), log_(log), guard_(std::move(guard)) {}

  // Takes the ticket for a server out, if there is a living one: a ticket is good for one use. Nothing too
  // where its removal cannot be written down, since it might then be used twice.
  std::optional<Grant> take(const std::string& server, Time now);

  // Puts a ticket in place of the one that is there. A failure costs the next connection a moment, so it is
  // logged only.
  void put(const std::string& server, const Grant& grant, Time now);

 private:
  io::State& state_;
  Log& log_;
  std::shared_ptr<std::mutex> guard_;
};

}  // namespace rozaneh::scramblesuit
