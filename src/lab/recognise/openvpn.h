// OpenVPN over UDP and TCP, by what every form of it leaves in the open: opcodes, key ids and session ids.
//
// Rule after Xue 2022 (USENIX Security '22) as OpenGFW 0.2 writes it: the client's hard reset, the server's,
// then an acknowledgement or a control packet of the client's. Ours asks besides that resets carry key id 0
// and are shorter than 1,200 bytes (nDPI 4.11, against QUIC) and that a session id stays the same in its
// direction, which holds with tls-auth, tls-crypt and tls-crypt-v2 too. OpenVPN's static key mode has no
// resets and is not recognised.
#pragma once

#include <array>
#include <optional>

#include "base/bytes.h"
#include "lab/direction.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

// ssl_pkt.h of OpenVPN 2.6.
enum class OpenVpnOpcode : std::uint8_t {
  hard_reset_client_v1 = 1,
  hard_reset_server_v1 = 2,
  soft_reset_v1 = 3,
  control_v1 = 4,
  ack_v1 = 5,
  data_v1 = 6,
  hard_reset_client_v2 = 7,
  hard_reset_server_v2 = 8,
  data_v2 = 9,
  hard_reset_client_v3 = 10,
  control_wkc_v1 = 11,
};

struct OpenVpnPacket {
  OpenVpnOpcode opcode{};
  unsigned key_id = 0;                    // 0..7
  std::array<std::uint8_t, 8> session{};  // of control packets and acknowledgements; zeros of data
};

// One packet: a datagram, or what follows the length over TCP. nullopt: an unknown opcode, or too short for
// its kind (14 bytes for control packets, 10 for acknowledgements, 2 for data).
std::optional<OpenVpnPacket> parse_openvpn(Bytes packet);

// Both directions of a UDP flow, in the order in which its datagrams went by. Resets may come again.
class OpenVpnObserver {
 public:
  Looks add(Direction direction, Bytes datagram);
  [[nodiscard]] Looks looks() const { return looks_; }

 private:
  Looks judge(Direction direction, const OpenVpnPacket& packet, std::size_t size);

  Looks looks_ = Looks::more;
  std::optional<OpenVpnPacket> client_;
  std::optional<OpenVpnPacket> server_;
};

// The beginnings of both streams of a TCP connection.
Looks looks_like_openvpn_over_tcp(Bytes up, Bytes down);

}  // namespace rozaneh::lab
