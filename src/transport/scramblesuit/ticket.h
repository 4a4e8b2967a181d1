// Session tickets, as the server makes and takes them (specification section 5). No I/O.
//
//     ticket  IV 16 | AES-128-CBC of (issued u32 | "ScrambleSuitTicket" | master key 32 | zeros 10) | HMAC 32
//
// Only the server can read a ticket, so its content is between the server and itself.
#pragma once

#include <array>
#include <chrono>
#include <optional>

#include "base/random.h"
#include "transport/scramblesuit/session_keys.h"

namespace rozaneh::scramblesuit {

inline constexpr std::size_t kTicketSize = 112;
inline constexpr std::chrono::days kTicketLife{7};

using Time = std::chrono::sys_seconds;
using Ticket = std::array<std::uint8_t, kTicketSize>;

// What a server seals tickets with.
struct TicketKey {
  Secret<16> cipher;
  Secret<32> mac;

  static TicketKey generate(Random& random);

  // `iv` must be random and new.
  [[nodiscard]] Ticket seal(const MasterKey& master, Time now, std::span<const std::uint8_t, 16> iv) const;
  // The master key, if the ticket is ours and at most kTicketLife old.
  [[nodiscard]] std::optional<MasterKey> open(std::span<const std::uint8_t, kTicketSize> ticket,
                                              Time now) const;
};

// The keys in use: a new one every week, and the one before it for the tickets that it has sealed.
struct TicketKeys {
  TicketKey current;
  std::optional<TicketKey> previous;
  Time made;  // the current one

  static TicketKeys generate(Random& random, Time now);

  // Puts a new key in place where the current one is a week old; answers whether it did.
  bool rotate(Random& random, Time now);

  [[nodiscard]] std::optional<MasterKey> open(std::span<const std::uint8_t, kTicketSize> ticket,
                                              Time now) const;
};

}  // namespace rozaneh::scramblesuit
