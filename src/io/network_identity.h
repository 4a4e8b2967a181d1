// What tells the network that this machine is in from others, out of what the kernel says of its routes and
// neighbours (rtnetlink(7)). No I/O.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <vector>

#include "base/address.h"
#include "base/bytes.h"

namespace rozaneh::io {

// A default route.
struct Gateway {
  std::uint32_t interface = 0;       // its index
  std::optional<IpAddress> address;  // none: all is on the link, as with a phone's modem
  Buffer link_address;               // "MAC"; empty: not known (yet)

  auto operator<=>(const Gateway&) const = default;
};

struct Network {
  std::vector<Gateway> gateways;     // sorted; none: there is no way out
  std::vector<IpAddress> addresses;  // of this machine, on the interfaces of the gateways; sorted

  bool operator==(const Network&) const = default;

  // Where it is: gateways, by their link addresses if known. The same at each visit, whatever address this
  // machine is given. For hashing only.
  [[nodiscard]] std::string identity() const;

  // Whether connections that were made on the one can live on the other: a gateway's link address that has
  // become known, or is forgotten for a while, is no change.
  [[nodiscard]] bool same_as(const Network& other) const;
};

// Reads answers to RTM_GETROUTE, RTM_GETNEIGH and RTM_GETADDR, in any order. What is not whole is left out.
Network parse_network(const std::vector<Buffer>& answers);

}  // namespace rozaneh::io
