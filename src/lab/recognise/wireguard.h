// WireGuard by the shapes of its messages (whitepaper section 5.4) and the indexes in them.
//
// Rule as OpenGFW writes it: a type byte 1 to 4, three zero bytes, 148, 92 and 64 bytes for initiation,
// response and cookie reply, 32 or more and a multiple of 16 for data; a receiver index is one that the other
// side lately sent as its own.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"
#include "lab/direction.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

struct WireGuardMessage {
  enum class Type : std::uint8_t { initiation = 1, response = 2, cookie_reply = 3, data = 4 };
  Type type{};
  std::optional<std::uint32_t> sender;    // of initiation and response
  std::optional<std::uint32_t> receiver;  // of all but initiation
};

// One datagram by its shape alone.
std::optional<WireGuardMessage> parse_wireguard(Bytes datagram);

// Both directions of a UDP flow. `yes` once a receiver index matched, `no` with the first datagram of another
// shape, an index that does not match while the other side's are known, or when eight datagrams matched
// nothing.
class WireGuardObserver {
 public:
  Looks add(Direction direction, Bytes datagram);
  [[nodiscard]] Looks looks() const { return looks_; }

 private:
  static constexpr std::size_t kRemembered = 6;  // as OpenGFW: an initiation is repeated with a new index
  static constexpr unsigned kMostUnmatched = 8;

  // The indexes that one side called its own, newest last.
  struct Indexes {
    std::array<std::uint32_t, kRemembered> values{};
    std::size_t count = 0;
  };

  Looks looks_ = Looks::more;
  Indexes up_;
  Indexes down_;
  unsigned unmatched_ = 0;
};

}  // namespace rozaneh::lab
