#include "lab/recognise/openvpn.h"

#include "base/reader.h"

namespace rozaneh::lab {
namespace {

using enum OpenVpnOpcode;

constexpr std::size_t kMaxReset = 1199;

bool is_client_reset(OpenVpnOpcode opcode) {
  return opcode == hard_reset_client_v1 || opcode == hard_reset_client_v2 || opcode == hard_reset_client_v3;
}

bool is_server_reset(OpenVpnOpcode opcode) {
  return opcode == hard_reset_server_v1 || opcode == hard_reset_server_v2;
}

bool is_data(OpenVpnOpcode opcode) { return opcode == data_v1 || opcode == data_v2; }

bool goes_on(OpenVpnOpcode opcode) {
  return opcode == control_v1 || opcode == ack_v1 || opcode == control_wkc_v1 || opcode == soft_reset_v1;
}

bool is_fit_reset(const OpenVpnPacket& packet, std::size_t size) {
  return packet.key_id == 0 && size <= kMaxReset;
}

using Kind = bool(OpenVpnOpcode);

// The next packet of a stream, which must be of a kind; `more` while it is not whole. Its length and first
// byte are judged as soon as they are there, because what is another protocol may never send as much as its
// length says.
struct Framed {
  Looks looks = Looks::more;
  OpenVpnPacket packet = {};
};

Framed take_framed(Reader& stream, Kind* kind, bool resets) {
  const auto length = stream.u16();
  if (!length || stream.empty()) return {};
  const auto opcode = static_cast<std::uint8_t>(stream.rest()[0] >> 3U);
  const bool fits =
      kind(OpenVpnOpcode{opcode}) && (!resets || (stream.rest()[0] % 8 == 0 && *length <= kMaxReset));
  if (!fits || *length < 2) return {.looks = Looks::no};
  const auto packet = stream.bytes(*length);
  if (!packet) return {};
  const auto parsed = parse_openvpn(*packet);
  if (!parsed) return {.looks = Looks::no};
  return {.looks = Looks::yes, .packet = *parsed};
}

}  // namespace

std::optional<OpenVpnPacket> parse_openvpn(Bytes packet) {
  if (packet.size() < 2) return std::nullopt;
  const unsigned opcode = packet[0] >> 3U;
  if (opcode < 1 || opcode > 11) return std::nullopt;
  OpenVpnPacket parsed{.opcode = OpenVpnOpcode{static_cast<std::uint8_t>(opcode)}, .key_id = packet[0] & 7U};
  if (is_data(parsed.opcode)) return parsed;
  if (packet.size() < (parsed.opcode == ack_v1 ? 10U : 14U)) return std::nullopt;
  copy(parsed.session, packet.subspan(1, 8));
  return parsed;
}

Looks OpenVpnObserver::judge(Direction direction, const OpenVpnPacket& packet, std::size_t size) {
  auto& reset = direction == Direction::up ? client_ : server_;
  const bool resets =
      direction == Direction::up ? is_client_reset(packet.opcode) : client_ && is_server_reset(packet.opcode);
  if (!reset) {
    if (!resets || !is_fit_reset(packet, size)) return Looks::no;
    reset = packet;
    return Looks::more;
  }
  if (resets) return packet.session == reset->session ? Looks::more : Looks::no;
  if (!goes_on(packet.opcode) || packet.session != reset->session) return Looks::no;
  if (!server_) return Looks::no;
  return direction == Direction::up ? Looks::yes : Looks::more;
}

Looks OpenVpnObserver::add(Direction direction, Bytes datagram) {
  if (looks_ != Looks::more) return looks_;
  const auto packet = parse_openvpn(datagram);
  looks_ = packet ? judge(direction, *packet, datagram.size()) : Looks::no;
  return looks_;
}

Looks looks_like_openvpn_over_tcp(Bytes up, Bytes down) {
  Reader from_client(up);
  Reader from_server(down);
  const auto client = take_framed(from_client, is_client_reset, true);
  const auto server = take_framed(from_server, is_server_reset, true);
  if (client.looks == Looks::no || server.looks == Looks::no) return Looks::no;
  if (client.looks == Looks::more) return Looks::more;
  const auto next = take_framed(from_client, goes_on, false);
  if (next.looks == Looks::no) return Looks::no;
  if (next.looks == Looks::yes && next.packet.session != client.packet.session) return Looks::no;
  return server.looks == Looks::yes ? next.looks : Looks::more;
}

}  // namespace rozaneh::lab
