// QUIC as the Great Firewall of China read it from April 2024 on: with a parser that is laxer than any
// server's in some places and stricter in others (Zohaib et al., USENIX Security 2025, table 3, and the
// payloads and results in their artifact). Measured there, for one packet with a blocked name:
//
// It reads packet numbers of 1 and 2 bytes; packets without connection ids; a datagram of 95 bytes; a CRYPTO
// frame of length zero with the hello behind it (06 00 00 00 01 ..); a hello without ciphers; a hello with
// ECH, by its outer name.
//
// It does not read a packet without its last byte; versions 2 (0x6b3343cf), 0x00000002 and 0xff000001; a
// connection id of 255 bytes; a hello whose CRYPTO frame comes after PING and PADDING, or in pieces; a name
// that stands only in ALPN. And it looks only where the client's port is greater than the server's: 0 of 455
// pairs of equal ports were blocked.
//
// That it looks only at the first datagram of a flow, for 60 seconds, is for the censor to keep.
#pragma once

#include "lab/recognise/quic_packet.h"
#include "wire/tls/client_hello.h"

namespace rozaneh::lab {

// What the parser does; the values are what was measured.
struct GfwQuicReading {
  bool reads_version_2 = false;
  bool needs_crypto_first = true;         // the packet's frames begin with the CRYPTO frame
  bool needs_hello_in_one_frame = true;   // otherwise frames, though of this packet alone, are put together
  bool zero_length_is_to_the_end = true;  // a CRYPTO frame of length zero holds all that follows zeros
};

// The ClientHello in a client's first datagram; nullopt: the firewall sees none.
std::optional<tls::ClientHello> gfw_client_hello(Bytes datagram, const GfwQuicReading& reading = {});

// Whether it looks into datagrams between these ports at all.
constexpr bool gfw_reads_quic_between(std::uint16_t client_port, std::uint16_t server_port) {
  return client_port > server_port;
}

}  // namespace rozaneh::lab
