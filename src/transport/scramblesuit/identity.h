// What a ScrambleSuit server keeps in its state.
#pragma once

#include <string>

#include "transport/scramblesuit/lengths.h"
#include "transport/scramblesuit/password.h"
#include "transport/scramblesuit/ticket.h"

namespace rozaneh::scramblesuit {

struct ServerIdentity {
  Password password;
  Seed seed{};         // of its lengths
  TicketKeys tickets;  // sealed with these

  static ServerIdentity generate(Random& random, Time now);

  // {"password": base32, "prng-seed": hex32, "ticket-key": hex48, "previous-ticket-key": hex48 or absent,
  //  "ticket-key-made": seconds}
  static Result<ServerIdentity> from_json(std::string_view json);
  [[nodiscard]] std::string to_json() const;
};

}  // namespace rozaneh::scramblesuit
