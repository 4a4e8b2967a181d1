#include "lab/recognise/quic_packet.h"

#include "base/writer.h"
#include "crypto/aes.h"
#include "crypto/hash.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kTag = 16;
constexpr std::size_t kSample = 16;
constexpr std::size_t kMaxPacketNumber = 4;

// RFC 9001 section 5.2, RFC 9369 section 3.3.1.
constexpr std::array<std::uint8_t, 20> kSaltV1 = {0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17,
                                                  0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad, 0xcc, 0xbb, 0x7f, 0x0a};
constexpr std::array<std::uint8_t, 20> kSaltV2 = {0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93,
                                                  0x81, 0xbe, 0x6e, 0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9};

// RFC 8446 section 7.1, without a context.
void expand_label(Bytes secret, std::string_view label, MutableBytes out) {
  Writer info;
  info.u16(static_cast<std::uint16_t>(out.size()));
  info.u8(static_cast<std::uint8_t>(label.size() + 6)).text("tls13 ").text(label).u8(0);
  crypto::hkdf_sha256_expand(secret, info.view(), out);
}

// Version 2 numbers the types one further (RFC 9369 section 3.2).
QuicPacketType type_of(std::uint8_t first, std::uint32_t version) {
  const unsigned bits = (first >> 4U) & 3U;
  return static_cast<QuicPacketType>(version == kQuicV2 ? (bits + 3U) % 4U : bits);
}

std::optional<Bytes> take_id(Reader& reader) {
  const auto size = reader.u8();
  if (!size || *size > kMaxConnectionId) return std::nullopt;
  return reader.bytes(*size);
}

std::optional<Bytes> take_token(Reader& reader, QuicPacketType type) {
  if (type != QuicPacketType::initial) return Bytes{};
  const auto size = take_varint(reader);
  if (!size || *size > reader.left()) return std::nullopt;
  return reader.bytes(static_cast<std::size_t>(*size));
}

// The packet number that ends in these low bits and lies next to the expected one (RFC 9000 appendix A.3).
std::uint64_t whole_number(std::uint64_t low, std::size_t size, std::uint64_t expected) {
  const std::uint64_t window = std::uint64_t{1} << (8 * size);
  const std::uint64_t candidate = (expected & ~(window - 1)) | low;
  if (candidate + window / 2 <= expected) return candidate + window;
  if (candidate > expected + window / 2 && candidate >= window) return candidate - window;
  return candidate;
}

// Takes the mask off the first byte and the packet number; `header` ends with four bytes that could be one.
// Answers the packet number's size.
std::size_t unmask(MutableBytes header, Bytes sample, const QuicKeys& keys) {
  std::array<std::uint8_t, 5> mask{};
  // The first block of counter mode is the sample encrypted, which is all that is needed.
  crypto::AesCtr(keys.header_protection.bytes(), sample.first<kSample>()).apply(mask);
  header[0] = static_cast<std::uint8_t>(header[0] ^ (mask[0] & 0x0fU));
  const std::size_t size = (header[0] & 3U) + std::size_t{1};
  const auto number = header.last(kMaxPacketNumber);
  for (std::size_t i = 0; i < size; ++i) number[i] ^= mask[i + 1];
  return size;
}

std::array<std::uint8_t, 12> nonce_of(const QuicKeys& keys, std::uint64_t number) {
  auto nonce = keys.iv;
  for (std::size_t i = 0; i < 8; ++i) nonce[11 - i] ^= static_cast<std::uint8_t>(number >> (8 * i));
  return nonce;
}

}  // namespace

std::optional<QuicLongHeader> parse_quic_long_header(Bytes datagram) {
  Reader reader(datagram);
  const auto first = reader.u8();
  const auto version = reader.u32();
  if (!version || (*first & 0xc0U) != 0xc0U || (version != kQuicV1 && version != kQuicV2))
    return std::nullopt;
  QuicLongHeader header;
  header.version = *version;
  header.type = type_of(*first, *version);
  const auto destination = take_id(reader);
  const auto source = destination ? take_id(reader) : std::nullopt;
  if (!source || header.type == QuicPacketType::retry) return std::nullopt;
  const auto token = take_token(reader, header.type);
  const auto length = token ? take_varint(reader) : std::nullopt;
  if (!length || *length > reader.left()) return std::nullopt;
  header.destination_id = *destination;
  header.source_id = *source;
  header.token = *token;
  header.header_size = datagram.size() - reader.left();
  header.packet_size = header.header_size + static_cast<std::size_t>(*length);
  return header;
}

QuicKeys client_initial_keys(std::uint32_t version, Bytes destination_id) {
  const bool second = version == kQuicV2;
  const std::string_view prefix = second ? "quicv2 " : "quic ";
  const auto initial = crypto::hkdf_sha256_extract(second ? Bytes(kSaltV2) : Bytes(kSaltV1), destination_id);
  Secret<32> client;
  expand_label(initial.bytes(), "client in", client.bytes());
  const auto derive = [&](std::string_view label, MutableBytes out) {
    expand_label(client.bytes(), std::string(prefix).append(label), out);
  };
  QuicKeys keys;
  derive("key", keys.key.bytes());
  derive("iv", keys.iv);
  derive("hp", keys.header_protection.bytes());
  return keys;
}

std::optional<QuicInitial> open_initial(Bytes datagram, const QuicLongHeader& header, const QuicKeys& keys,
                                        std::uint64_t expected) {
  const Bytes packet = datagram.first(header.packet_size);
  if (packet.size() < header.header_size + kMaxPacketNumber + kSample) return std::nullopt;
  Buffer start(packet.begin(),
               packet.begin() + static_cast<std::ptrdiff_t>(header.header_size + kMaxPacketNumber));
  const std::size_t size = unmask(start, packet.subspan(start.size(), kSample), keys);
  start.resize(header.header_size + size);
  std::uint64_t low = 0;
  for (const std::uint8_t byte : Bytes(start).last(size)) low = low << 8U | byte;

  QuicInitial initial{
      .packet_number = whole_number(low, size, expected), .packet_number_size = size, .frames = {}};
  const Bytes sealed = packet.subspan(start.size());
  const Bytes text = sealed.first(sealed.size() - kTag);
  initial.frames.assign(text.begin(), text.end());
  crypto::GcmTag tag;
  copy(tag, sealed.last(kTag));
  const auto nonce = nonce_of(keys, initial.packet_number);
  if (!crypto::open_aes128_gcm(keys.key.bytes(), nonce, start, initial.frames, tag)) return std::nullopt;
  return initial;
}

}  // namespace rozaneh::lab
