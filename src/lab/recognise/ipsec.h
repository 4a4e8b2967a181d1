// IPsec's key exchange and its data over UDP (IKEv1: RFC 2408; IKEv2: RFC 7296; NAT traversal: RFC 3948). ESP
// straight over IP is protocol 50, which the packet view tells.
#pragma once

#include "base/bytes.h"

namespace rozaneh::lab {

inline constexpr std::uint16_t kIkePort = 500;
inline constexpr std::uint16_t kIkeNatPort = 4500;

enum class IpsecUdp {
  none,
  ike_v1,
  ike_v2,
  esp,        // in UDP, on port 4500 only
  keepalive,  // one byte 0xff, on port 4500 only
};

// What one datagram to or from `port` (500 or 4500; others are none) is. On 4500, IKE follows four zero
// bytes, the non-ESP marker, and all else of 18 bytes or more is ESP, whose first four bytes (the SPI) are
// 256 or more.
IpsecUdp recognise_ipsec(Bytes datagram, std::uint16_t port);

// Whether it is the first message of an exchange: the responder's SPI is still zero.
bool begins_ike(Bytes datagram, std::uint16_t port);

}  // namespace rozaneh::lab
