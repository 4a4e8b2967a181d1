// Iran's protocol whitelister of 2020 (Bock et al., FOCI '20): what it takes for DNS, HTTP and TLS.
#pragma once

#include "base/bytes.h"

namespace rozaneh::lab {

enum class Admitted {
  undecided,  // one data packet is never judged
  none,
  dns,
  http,
  tls,
};

// Whether a server's port is one that it watches: 53, 80 and 443. Any of the three protocols may come on any
// of them.
constexpr bool is_whitelisted_port(std::uint16_t port) { return port == 53 || port == 80 || port == 443; }

// Judges the payloads of the client's first two packets with data, as they came: nothing is put together in
// the order of sequence numbers, and no checksum is tested. HTTP is 8 bytes or more that begin with GET,
// POST, HEAD, CONNECT, OPTIONS, DELETE or PUT; TLS begins with the record type 0x16. What it asks of DNS is
// not published: here a message over TCP, its length first, whose header is that of a query with one question
// or more. The two packets are looked at as one, so that a short first one may be completed by the second.
Admitted admit(Bytes first_payload, Bytes second_payload);

}  // namespace rozaneh::lab
