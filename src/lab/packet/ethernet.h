// What stands before the IP packet on a link, as capture files and packet sockets give it.
#pragma once

#include <optional>

#include "base/bytes.h"

namespace rozaneh::lab {

inline constexpr std::uint16_t kEtherTypeIpV4 = 0x0800;
inline constexpr std::uint16_t kEtherTypeIpV6 = 0x86dd;

// IEEE 802.3, behind up to four VLAN tags (802.1Q, 802.1ad). All borrowed.
struct EthernetFrame {
  Bytes destination;  // 6
  Bytes source;       // 6
  std::uint16_t type = 0;
  Bytes payload;  // with the padding of short frames
};

std::optional<EthernetFrame> parse_ethernet(Bytes frame);

}  // namespace rozaneh::lab
