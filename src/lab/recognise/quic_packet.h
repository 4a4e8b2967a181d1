// A client's QUIC Initial packets: their header, their keys, which everybody can derive, and their frames
// (RFC 9000 section 17.2.2, RFC 9001 section 5; RFC 9369 for version 2).
//
//     1 1 type 2 0 0 pn-length 2 | version 4 | DCID 1+n | SCID 1+n | token varint+n | length varint
//     | packet number 1..4 | frames | tag 16            -- the first byte's low bits and the packet number
//     are masked
#pragma once

#include <array>
#include <optional>

#include "base/secret.h"
#include "wire/varint.h"

namespace rozaneh::lab {

inline constexpr std::uint32_t kQuicV1 = 0x00000001;
inline constexpr std::uint32_t kQuicV2 = 0x6b3343cf;
inline constexpr std::size_t kMaxConnectionId = 20;

enum class QuicPacketType { initial, zero_rtt, handshake, retry };

// All borrowed from the datagram.
struct QuicLongHeader {
  std::uint32_t version = 0;
  QuicPacketType type{};
  Bytes destination_id;
  Bytes source_id;
  Bytes token;
  std::size_t header_size = 0;  // up to the packet number
  std::size_t packet_size = 0;  // all of it; another packet may follow in the datagram
};

// The packet at the start of `datagram`; nullopt if it is not one of version 1 or 2 with a long header and a
// length (a Retry has none), if a connection id is longer than 20 bytes, or if the packet is not all there.
std::optional<QuicLongHeader> parse_quic_long_header(Bytes datagram);

struct QuicKeys {
  Secret<16> key;
  std::array<std::uint8_t, 12> iv{};
  Secret<16> header_protection;
};

// Those that protect what a client sends in Initial packets, from the connection id that it chose for the
// server.
QuicKeys client_initial_keys(std::uint32_t version, Bytes destination_id);

struct QuicInitial {
  std::uint64_t packet_number = 0;
  std::size_t packet_number_size = 0;
  Buffer frames;
};

// Unprotects the packet with that header at the start of `datagram`; nullopt if it is too short for it or was
// not made with these keys. `expected` is the packet number after the largest known one (RFC 9000 appendix
// A.3).
std::optional<QuicInitial> open_initial(Bytes datagram, const QuicLongHeader& header, const QuicKeys& keys,
                                        std::uint64_t expected = 0);

}  // namespace rozaneh::lab
