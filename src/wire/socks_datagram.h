// What stands before each datagram between an application and a SOCKS5 proxy (RFC 1928 section 7).
//
//   RSV u16 = 0 | FRAG u8 | address | DATA          address: as in socks_message.h
//
// FRAG is 0 for a datagram of its own. A proxy may drop all others, and so do we: nobody is known to send
// them.
#pragma once

#include "wire/socks_message.h"

namespace rozaneh {

// The longest header: a name of 255 bytes.
inline constexpr std::size_t kMaxSocksDatagramHead = 3 + kMaxSocksAddress;

struct SocksDatagram {
  Target address;  // the other end: destination from the application, source to it
  Bytes bytes;     // borrowed; may be empty
};

// Fails with SocksError::fragment, malformed (RSV, or cut off), address_type or name.
Result<SocksDatagram> decode_socks_datagram(Bytes datagram);

// A name has 1..255 bytes.
Buffer encode_socks_datagram(const SocksDatagram& datagram);

}  // namespace rozaneh
