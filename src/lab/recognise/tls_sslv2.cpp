#include "lab/recognise/tls_sslv2.h"

#include "base/reader.h"
#include "wire/tls/record.h"

namespace rozaneh::lab {
namespace {

constexpr std::size_t kHeader = 2;
constexpr std::size_t kFixed = 9;  // what stands before the ciphers

// Type and first byte of the version settle most of it before all of the message is there.
bool can_begin(Bytes stream) {
  if (!stream.empty() && (stream[0] & 0x80U) == 0) return false;
  if (stream.size() > 2 && stream[2] != 1) return false;
  if (stream.size() > 4) {
    const auto version = static_cast<std::uint16_t>(stream[3] << 8U | stream[4]);
    if (version != 0x0002 && (version < tls::kSsl3 || version > tls::kTls12)) return false;
  }
  return true;
}

bool read_body(Reader& body, Sslv2ClientHello& hello) {
  body.u8();
  hello.version = *body.u16();
  const std::size_t ciphers = *body.u16();
  const std::size_t session_id = *body.u16();
  const std::size_t challenge = *body.u16();
  const bool sizes = ciphers > 0 && ciphers % 3 == 0 && (session_id == 0 || session_id == 16) &&
                     challenge >= 16 && challenge <= 32;
  if (!sizes || body.left() != ciphers + session_id + challenge) return false;
  hello.cipher_specs.clear();
  for (std::size_t i = 0; i < ciphers / 3; ++i) {
    const std::uint32_t top = *body.u8();
    hello.cipher_specs.push_back(top << 16U | *body.u16());
  }
  return true;
}

}  // namespace

Looks read_sslv2_client_hello(Bytes stream, Sslv2ClientHello& hello) {
  if (!can_begin(stream)) return Looks::no;
  if (stream.size() < kHeader) return Looks::more;
  const std::size_t length = (stream[0] & 0x7fU) * std::size_t{256} + stream[1];
  if (length < kFixed || kHeader + length > kMaxSslv2Hello) return Looks::no;
  if (stream.size() < kHeader + length) return Looks::more;
  Reader body(stream.subspan(kHeader, length));
  hello.size = kHeader + length;
  return read_body(body, hello) ? Looks::yes : Looks::no;
}

}  // namespace rozaneh::lab
