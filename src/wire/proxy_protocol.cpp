#include "wire/proxy_protocol.h"

#include <algorithm>
#include <cassert>

#include "base/reader.h"
#include "base/writer.h"

namespace rozaneh {
namespace {

constexpr std::array<std::uint8_t, 12> kSignature{0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d,
                                                  0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a};
constexpr std::string_view kWord = "PROXY ";
constexpr std::size_t kLongestLine = 107;
constexpr std::size_t kFixedPart = kSignature.size() + 4;
constexpr std::uint8_t kLocal = 0x20;
constexpr std::uint8_t kProxied = 0x21;
constexpr std::uint8_t kTcp4 = 0x11;
constexpr std::uint8_t kTcp6 = 0x21;

using Found = Result<std::optional<ProxyHeader>>;

Found malformed() { return fail(ProxyProtocolError::malformed); }

// Takes the next word of a line; words stand a single space apart.
std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

std::optional<ProxiedPeer> peer_of_line(std::string_view line, bool v6) {
  const auto source = IpAddress::parse(next_word(line));
  const auto destination = IpAddress::parse(next_word(line));
  const auto from = parse_port(next_word(line));
  const auto to = parse_port(line);
  if (!source || !destination || !from || !to) return std::nullopt;
  if (source->is_v6() != v6 || destination->is_v6() != v6) return std::nullopt;
  return ProxiedPeer{{*source, *from}, {*destination, *to}};
}

Found parse_line(std::string_view text) {
  const std::size_t end = text.substr(0, kLongestLine).find("\r\n");
  if (end == std::string_view::npos) {
    if (text.size() >= kLongestLine) return malformed();
    return std::optional<ProxyHeader>();
  }
  std::string_view line = text.substr(kWord.size(), end - kWord.size());
  const std::string_view family = next_word(line);
  ProxyHeader header{.peer = std::nullopt, .size = end + 2};
  if (family == "UNKNOWN") return header;
  if (family != "TCP4" && family != "TCP6") return malformed();
  header.peer = peer_of_line(line, family == "TCP6");
  if (!header.peer) return malformed();
  return header;
}

std::optional<IpAddress> read_address(Reader& reader, bool v6) {
  const auto bytes = reader.bytes(v6 ? 16 : 4);
  if (!bytes) return std::nullopt;
  std::array<std::uint8_t, 16> v6_bytes{};
  std::array<std::uint8_t, 4> v4_bytes{};
  std::ranges::copy(*bytes, v6 ? v6_bytes.begin() : v4_bytes.begin());
  return v6 ? IpAddress(v6_bytes) : IpAddress(v4_bytes);
}

std::optional<ProxiedPeer> peer_of_block(Bytes block, bool v6) {
  Reader reader(block);
  const auto source = read_address(reader, v6);
  const auto destination = read_address(reader, v6);
  const auto from = reader.u16();
  const auto to = reader.u16();
  if (!source || !destination || !from || !to) return std::nullopt;
  return ProxiedPeer{{*source, *from}, {*destination, *to}};
}

Found parse_block(Bytes received) {
  if (received.size() < kFixedPart) return std::optional<ProxyHeader>();
  Reader reader(received.subspan(kSignature.size()));
  const std::uint8_t command = *reader.u8();
  const std::uint8_t family = *reader.u8();
  const std::size_t length = *reader.u16();
  if (command != kLocal && command != kProxied) return malformed();
  if (kFixedPart + length > kLongestProxyHeader) return fail(ProxyProtocolError::too_long);
  const auto block = reader.bytes(length);
  if (!block) return std::optional<ProxyHeader>();
  ProxyHeader header{.peer = std::nullopt, .size = kFixedPart + length};
  // What the front says of other protocols is for the connection's own addresses to answer.
  if (command == kLocal || (family != kTcp4 && family != kTcp6)) return header;
  header.peer = peer_of_block(*block, family == kTcp6);
  if (!header.peer) return malformed();
  return header;
}

bool begins_as(Bytes received, Bytes beginning) {
  const std::size_t common = std::min(received.size(), beginning.size());
  return std::ranges::equal(received.first(common), beginning.first(common));
}

Buffer serialize_line(const std::optional<ProxiedPeer>& peer) {
  if (!peer) return Writer().text("PROXY UNKNOWN\r\n").take();
  const auto port = [](const Endpoint& at) { return std::to_string(at.port); };
  return Writer()
      .text(kWord)
      .text(peer->source.address.is_v6() ? "TCP6 " : "TCP4 ")
      .text(peer->source.address.to_string() + " " + peer->destination.address.to_string() + " ")
      .text(port(peer->source) + " " + port(peer->destination) + "\r\n")
      .take();
}

void write_address(Writer& out, const IpAddress& address) {
  if (address.is_v6()) {
    out.bytes(address.v6());
  } else {
    out.bytes(address.v4());
  }
}

Buffer serialize_block(const std::optional<ProxiedPeer>& peer) {
  Writer out;
  out.bytes(kSignature);
  if (!peer) return out.u8(kLocal).u8(0).u16(0).take();
  const bool v6 = peer->source.address.is_v6();
  out.u8(kProxied).u8(v6 ? kTcp6 : kTcp4).u16(v6 ? 36 : 12);
  write_address(out, peer->source.address);
  write_address(out, peer->destination.address);
  return out.u16(peer->source.port).u16(peer->destination.port).take();
}

}  // namespace

Result<std::optional<ProxyHeader>> parse_proxy_header(Bytes received) {
  if (received.empty()) return std::optional<ProxyHeader>();
  if (begins_as(received, kSignature)) return parse_block(received);
  if (!begins_as(received, bytes_of(kWord))) return fail(ProxyProtocolError::missing);
  if (received.size() < kWord.size()) return std::optional<ProxyHeader>();
  return parse_line(text_of(received));
}

Buffer serialize_proxy_header(ProxyVersion version, const std::optional<ProxiedPeer>& peer) {
  assert(!peer || peer->source.address.is_v6() == peer->destination.address.is_v6());
  return version == ProxyVersion::v1 ? serialize_line(peer) : serialize_block(peer);
}

std::string_view layer_of(ProxyProtocolError) { return "PROXY protocol"; }

std::string_view describe(ProxyProtocolError error) {
  switch (error) {
    case ProxyProtocolError::missing:
      return "the connection does not begin with a PROXY header";
    case ProxyProtocolError::malformed:
      return "the PROXY header is malformed";
    case ProxyProtocolError::too_long:
      return "the PROXY header is too long";
  }
  return "unknown failure";
}

}  // namespace rozaneh
