// The ClientHello in SSL 2.0's form (RFC 5246 appendix E.2), with which clients offered all versions up to
// TLS 1.2.
//
//     length 2, its top bit set | 01 | version 2 | sizes of the next three, 2 each
//     | ciphers, 3 bytes each | session id | challenge
#pragma once

#include <vector>

#include "base/bytes.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

struct Sslv2ClientHello {
  std::uint16_t version = 0;                // the newest that the client offers: 0x0002, or 0x0300..0x0303
  std::vector<std::uint32_t> cipher_specs;  // 24 bits: TLS's suites have a zero on top
  std::size_t size = 0;                     // of the whole message
};

// Whether a stream begins with one: a message of at most kMaxSslv2Hello bytes whose parts fit exactly, with a
// session id of 0 or 16 bytes and a challenge of 16..32. Fills `hello` when the answer is yes.
inline constexpr std::size_t kMaxSslv2Hello = 1024;
Looks read_sslv2_client_hello(Bytes stream, Sslv2ClientHello& hello);

}  // namespace rozaneh::lab
