#include "lab/recognise/quic_gfw.h"

#include "lab/recognise/quic.h"
#include "wire/tls/handshake.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint8_t kPadding = 0x00;
constexpr std::uint8_t kPing = 0x01;
constexpr std::uint64_t kCrypto = 0x06;

void skip_padding_and_pings(Reader& frames) {
  while (!frames.empty() && (frames.rest().front() == kPadding || frames.rest().front() == kPing))
    frames.u8();
}

// The data of the CRYPTO frame that the frames begin with; it has to start at offset zero.
std::optional<Bytes> first_crypto(Reader frames, const GfwQuicReading& reading) {
  if (!reading.needs_crypto_first) skip_padding_and_pings(frames);
  if (take_varint(frames) != kCrypto || take_varint(frames) != 0U) return std::nullopt;
  const auto size = take_varint(frames);
  if (!size) return std::nullopt;
  if (*size == 0 && reading.zero_length_is_to_the_end) {
    // In the packet that was measured a second zero follows, where a length of two bytes had been
    // overwritten.
    while (!frames.empty() && frames.rest().front() == 0) frames.u8();
    return frames.rest();
  }
  return *size <= frames.left() ? frames.bytes(static_cast<std::size_t>(*size)) : std::nullopt;
}

std::optional<tls::ClientHello> hello_in(Bytes stream) {
  Reader reader(stream);
  const auto header = reader.u32();
  if (!header || *header >> 24U != static_cast<std::uint32_t>(tls::HandshakeType::client_hello))
    return std::nullopt;
  const auto body = reader.bytes(*header & 0xffffffU);
  return body ? tls::parse_client_hello(*body) : std::nullopt;
}

}  // namespace

std::optional<tls::ClientHello> gfw_client_hello(Bytes datagram, const GfwQuicReading& reading) {
  const auto header = parse_quic_long_header(datagram);
  if (!header || header->type != QuicPacketType::initial) return std::nullopt;
  if (header->version == kQuicV2 && !reading.reads_version_2) return std::nullopt;
  const auto keys = client_initial_keys(header->version, header->destination_id);
  const auto initial = open_initial(datagram, *header, keys);
  if (!initial) return std::nullopt;
  if (const auto first = first_crypto(Reader(initial->frames), reading))
    if (auto hello = hello_in(*first)) return hello;
  if (reading.needs_hello_in_one_frame) return std::nullopt;
  QuicCryptoStream stream(kMaxQuicHello);
  take_crypto_frames(initial->frames, stream);
  return hello_in(stream.beginning());
}

}  // namespace rozaneh::lab
