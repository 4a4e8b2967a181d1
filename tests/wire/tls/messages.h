// TLS messages for tests: published ones, and a builder for those that nobody sends.
#pragma once

#include "base/encoding.h"
#include "base/writer.h"
#include "wire/tls/client_hello.h"
#include "wire/tls/handshake.h"
#include "wire/tls/record.h"

namespace rozaneh::tls {

// RFC 8448 section 3: a ClientHello, and the ServerHello to it, with their headers.
inline Buffer rfc8448_client_hello() {
  return *decode_hex(
      "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece700000613011303130201000091"
      "0000"
      "000b0009000006736572766572ff01000100000a00140012001d00170018001901000101010201030104002300000033002600"
      "24001d"
      "002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b0003020304000d0020001e04030503"
      "060302"
      "0308040805080604010501060102010402050206020202002d00020101001c00024001");
}
inline Buffer rfc8448_server_hello() {
  return *decode_hex(
      "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024001d00"
      "20c9"
      "828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304");
}

inline Buffer extension_of(std::uint16_t type, Bytes body) {
  return Writer().u16(type).u16(static_cast<std::uint16_t>(body.size())).bytes(body).take();
}

// What a server_name extension holds for one host_name.
inline Buffer server_name_body(std::string_view name) {
  const auto size = static_cast<std::uint16_t>(name.size());
  return Writer().u16(static_cast<std::uint16_t>(size + 3)).u8(0).u16(size).text(name).take();
}

// A ClientHello's body of TLS 1.2 with two ciphers and the given block of extensions.
inline Buffer client_hello_body(Bytes extensions) {
  Writer hello;
  hello.u16(kTls12).zeros(32).u8(0).u16(4).u16(0xc02f).u16(0x009c).u8(1).u8(0);
  return hello.u16(static_cast<std::uint16_t>(extensions.size())).bytes(extensions).take();
}

inline Buffer message_of(HandshakeType type, Bytes body) {
  return Writer()
      .u8(static_cast<std::uint8_t>(type))
      .u8(static_cast<std::uint8_t>(body.size() >> 16U))
      .u16(static_cast<std::uint16_t>(body.size()))
      .bytes(body)
      .take();
}

// The payload in records of at most `most` bytes each.
inline Buffer records_of(Bytes payload, std::size_t most = kMaxPlaintext,
                         ContentType type = ContentType::handshake, std::uint16_t version = kTls10) {
  Writer records;
  while (!payload.empty()) {
    const Bytes part = payload.first(std::min(most, payload.size()));
    payload = payload.subspan(part.size());
    records.u8(static_cast<std::uint8_t>(type)).u16(version);
    records.u16(static_cast<std::uint16_t>(part.size())).bytes(part);
  }
  return records.take();
}

// A whole ClientHello message that is exactly `size` bytes long, by means of padding (RFC 7685).
inline Buffer client_hello_of_size(std::size_t size) {
  const std::size_t least = kHandshakeHeader + client_hello_body({}).size() + 4;
  return message_of(HandshakeType::client_hello, client_hello_body(extension_of(21, Buffer(size - least))));
}

}  // namespace rozaneh::tls
