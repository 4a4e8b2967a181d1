#include "lab/recognise/ipsec.h"

#include <optional>

#include "base/reader.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kIkeHeader = 28;
constexpr std::size_t kLeastEsp =
    18;  // SPI, sequence number, and a padded trailer of 2 with an ICV of 8 at least
constexpr std::uint32_t kFirstSpi = 256;

struct Ike {
  int version = 0;
  std::uint64_t responder = 0;
};

// RFC 2408 section 3.1: exchanges 1 to 5 and 32 to 34 (informational, quick, new group of RFC 2409); flags
// below 8.
bool is_v1(std::uint8_t exchange, std::uint8_t flags) {
  return ((exchange >= 1 && exchange <= 5) || (exchange >= 32 && exchange <= 34)) && flags < 8;
}

// RFC 7296 section 3.1: exchanges from 34 on; of the flags, initiator, version and response only.
bool is_v2(std::uint8_t exchange, std::uint8_t flags) {
  return exchange >= 34 && exchange <= 45 && (flags & 0xc7U) == 0;
}

std::optional<Ike> parse_ike(Bytes message) {
  if (message.size() < kIkeHeader) return std::nullopt;
  Reader reader(message);
  const std::uint64_t initiator = *reader.u64();
  const std::uint64_t responder = *reader.u64();
  (void)reader.u8();  // the first payload's type
  const std::uint8_t version = *reader.u8();
  const std::uint8_t exchange = *reader.u8();
  const std::uint8_t flags = *reader.u8();
  (void)reader.u32();  // the message's id
  const std::size_t length = *reader.u32();
  if (initiator == 0 || length != message.size()) return std::nullopt;
  if (version >> 4U == 1 && is_v1(exchange, flags)) return Ike{1, responder};
  if (version >> 4U == 2 && is_v2(exchange, flags)) return Ike{2, responder};
  return std::nullopt;
}

bool has_marker(Bytes datagram) {
  return datagram.size() >= 4 &&
         std::ranges::all_of(datagram.first(4), [](std::uint8_t byte) { return byte == 0; });
}

std::optional<Ike> ike_of(Bytes datagram, std::uint16_t port) {
  if (port == kIkePort) return parse_ike(datagram);
  if (port == kIkeNatPort && has_marker(datagram)) return parse_ike(datagram.subspan(4));
  return std::nullopt;
}

}  // namespace

IpsecUdp recognise_ipsec(Bytes datagram, std::uint16_t port) {
  if (const auto ike = ike_of(datagram, port)) return ike->version == 1 ? IpsecUdp::ike_v1 : IpsecUdp::ike_v2;
  if (port != kIkeNatPort) return IpsecUdp::none;
  if (datagram.size() == 1 && datagram[0] == 0xff) return IpsecUdp::keepalive;
  if (datagram.size() >= kLeastEsp && *Reader(datagram).u32() >= kFirstSpi) return IpsecUdp::esp;
  return IpsecUdp::none;
}

bool begins_ike(Bytes datagram, std::uint16_t port) {
  const auto ike = ike_of(datagram, port);
  return ike && ike->responder == 0;
}

}  // namespace rozaneh::lab
