// The messages of SOCKS5 that more than one protocol of ours carries (RFC 1928 sections 4 to 6).
//
//   request = VER 5 | CMD | RSV 0 | address        reply = VER 5 | REP | RSV 0 | address
//   address = ATYP | ADDR | PORT u16               ATYP 1: 4 bytes; 3: length u8 and a name; 4: 16 bytes
//
// A reader that holds too little answers nullopt, and its cursor may stand anywhere: start again with more.
#pragma once

#include <optional>

#include "base/address.h"
#include "base/reader.h"
#include "base/writer.h"
#include "wire/request.h"
#include "wire/socks_error.h"

namespace rozaneh {

inline constexpr std::uint8_t kSocksVersion5 = 5;
inline constexpr std::uint8_t kSocksVersion4 = 4;
// The longest address, and the longest request or reply: a name of 255 bytes.
inline constexpr std::size_t kMaxSocksAddress = 1 + 1 + 255 + 2;
inline constexpr std::size_t kMaxSocksMessage = 3 + kMaxSocksAddress;

// The address alone; a name has 1..255 bytes.
void encode_socks_address(Writer& out, const Target& target);
// Fails with SocksError::address_type or name.
Result<std::optional<Target>> decode_socks_address(Reader& in);

// A CONNECT to the target, whose name has 1..255 bytes.
Buffer encode_socks_request(const Target& target);

// A CONNECT or, if `associates`, an ASSOCIATE. Fails with SocksError::version, command, malformed (RSV),
// address_type or name.
Result<std::optional<Request>> decode_socks_request(Reader& in, bool associates = false);

// The reply that tells a client of such a failure.
SocksReply reply_for(const Error& request_error);

// A reply whose bound address is 0.0.0.0:0: it would say where our traffic leaves, and nobody needs it.
Buffer encode_socks_reply(SocksReply reply);
// The positive reply to an ASSOCIATE, which says where the client's datagrams are taken.
Buffer encode_socks_reply(const Endpoint& bound);

// Whether the reply is complete, and positive. Fails with the SocksReply that came (a code that RFC 1928
// does not know is general_failure), as soon as the code is there, or with SocksError.
Result<bool> decode_socks_reply(Reader& in);

}  // namespace rozaneh
