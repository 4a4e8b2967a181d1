#include "lab/recognise/tls_key_exchange.h"

#include "wire/tls/extension.h"

namespace rozaneh::lab {
namespace {

constexpr std::uint8_t kNamedCurve = 3;

// Before TLS 1.2 a signature stands alone, since then its algorithm (two bytes) comes first.
bool ends_in_signature(Reader reader) {
  if (reader.empty()) return true;
  Reader newer = reader;
  if (tls::take_vector16(reader) && reader.empty()) return true;
  return newer.u16() && tls::take_vector16(newer) && newer.empty();
}

bool read_ecdhe(Reader reader, TlsKeyExchange& exchange) {
  if (reader.u8() != kNamedCurve) return false;
  const auto curve = reader.u16();
  const auto point = curve ? tls::take_vector8(reader) : std::nullopt;
  if (!point || point->empty() || !ends_in_signature(reader)) return false;
  exchange.kind = TlsKeyExchange::Kind::ecdhe;
  exchange.curve = *curve;
  return true;
}

bool read_dhe(Reader reader, TlsKeyExchange& exchange) {
  const auto prime = tls::take_vector16(reader);
  const auto generator = prime ? tls::take_vector16(reader) : std::nullopt;
  const auto key = generator ? tls::take_vector16(reader) : std::nullopt;
  if (!key || prime->empty() || generator->empty() || key->empty()) return false;
  if (!ends_in_signature(reader)) return false;
  exchange.kind = TlsKeyExchange::Kind::dhe;
  exchange.prime.assign(prime->begin(), prime->end());
  exchange.generator.assign(generator->begin(), generator->end());
  return true;
}

}  // namespace

TlsKeyExchange read_server_key_exchange(Bytes body) {
  TlsKeyExchange exchange;
  if (!read_ecdhe(Reader(body), exchange)) read_dhe(Reader(body), exchange);
  return exchange;
}

}  // namespace rozaneh::lab
