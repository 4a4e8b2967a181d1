#include "lab/recognise/tls_packet.h"

#include <array>

#include "base/reader.h"
#include "wire/tls/handshake.h"
#include "wire/tls/record.h"

namespace rozaneh::lab {
namespace {

struct Range {
  std::uint8_t least = 0;
  std::uint8_t most = 0xff;
};

// Whether the bytes begin as the pattern says.
Looks matches(Bytes bytes, std::span<const Range> pattern) {
  const std::size_t size = std::min(bytes.size(), pattern.size());
  for (std::size_t i = 0; i < size; ++i)
    if (bytes[i] < pattern[i].least || bytes[i] > pattern[i].most) return Looks::no;
  return size == pattern.size() ? Looks::yes : Looks::more;
}

Looks looks_like_hello(Bytes payload, tls::HandshakeType type) {
  const auto number = static_cast<std::uint8_t>(type);
  const std::array<Range, 11> pattern{
      {{0x16, 0x16}, {3, 3}, {0, 4}, {}, {}, {number, number}, {0, 0}, {}, {}, {3, 3}, {0, 4}}};
  return matches(payload, pattern);
}

// Type and length of the message at the start of a record's payload, if they are there.
struct MessageHeader {
  tls::HandshakeType type{};
  std::size_t size = 0;  // of the body
};

std::optional<MessageHeader> message_header(Bytes payload) {
  Reader reader(payload);
  const auto word = reader.u32();
  if (!word) return std::nullopt;
  return MessageHeader{.type = static_cast<tls::HandshakeType>(*word >> 24U), .size = *word & 0xffffffU};
}

// The message of a type that begins in the payload's first record.
struct BegunMessage {
  Bytes body;            // as much as is there, or more behind it
  std::size_t size = 0;  // of the body, as it says
};

std::optional<BegunMessage> message_in_packet(Bytes payload, tls::HandshakeType type) {
  const auto record = tls::parse_record_header(payload);
  if (!record || record->type != tls::ContentType::handshake) return std::nullopt;
  payload = payload.subspan(tls::kRecordHeader);
  payload = payload.first(std::min(record->length, payload.size()));
  const auto message = message_header(payload);
  if (!message || message->type != type) return std::nullopt;
  return BegunMessage{.body = payload.subspan(tls::kHandshakeHeader), .size = message->size};
}

bool begins_with_key_exchange(const tls::RecordHeader& record, Bytes payload) {
  if (record.type != tls::ContentType::handshake || record.version > tls::kTls12) return false;
  const auto message = message_header(payload);
  return message && message->type == tls::HandshakeType::client_key_exchange &&
         tls::kHandshakeHeader + message->size <= record.length;
}

}  // namespace

Looks starts_tls(Bytes payload) {
  static constexpr std::array<Range, 3> kPattern{{{0x16, 0x17}, {3, 3}, {0, 9}}};
  return matches(payload, kPattern);
}

Looks looks_like_client_hello(Bytes payload) {
  return looks_like_hello(payload, tls::HandshakeType::client_hello);
}

Looks looks_like_server_hello(Bytes payload) {
  return looks_like_hello(payload, tls::HandshakeType::server_hello);
}

bool has_client_key_exchange(Bytes payload) {
  while (const auto record = tls::parse_record_header(payload)) {
    payload = payload.subspan(tls::kRecordHeader);
    if (begins_with_key_exchange(*record, payload)) return true;
    payload = payload.subspan(std::min(record->length, payload.size()));
  }
  return false;
}

std::optional<ClientHelloInPacket> client_hello_in_packet(Bytes payload) {
  const auto begun = message_in_packet(payload, tls::HandshakeType::client_hello);
  if (!begun) return std::nullopt;
  const bool whole = begun->body.size() >= begun->size;
  auto hello = whole ? tls::parse_client_hello(begun->body.first(begun->size))
                     : tls::parse_client_hello_prefix(begun->body);
  if (!hello) return std::nullopt;
  return ClientHelloInPacket{.hello = *std::move(hello), .whole = whole};
}

std::optional<tls::ServerHello> server_hello_in_packet(Bytes payload) {
  const auto begun = message_in_packet(payload, tls::HandshakeType::server_hello);
  if (!begun || begun->body.size() < begun->size) return std::nullopt;
  return tls::parse_server_hello(begun->body.first(begun->size));
}

}  // namespace rozaneh::lab
