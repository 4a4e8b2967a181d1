// The ServerHello (RFC 8446 section 4.1.3, RFC 5246 section 7.4.1.3): what was agreed. Read only.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "wire/tls/extension.h"

namespace rozaneh::tls {

struct ServerHello {
  std::uint16_t legacy_version = 0;
  std::array<std::uint8_t, 32> random{};
  Buffer session_id;  // at most 32 bytes
  std::uint16_t cipher_suite = 0;
  std::uint8_t compression_method = 0;
  std::vector<Extension> extensions;

  std::uint16_t version = 0;           // the negotiated one: 0x0304 is TLS 1.3
  bool retry_request = false;          // a HelloRetryRequest, which looks the same but for its random
  std::optional<std::uint16_t> group;  // of the key share (TLS 1.3)
  std::optional<std::string> alpn;     // in the open up to TLS 1.2 only

  bool operator==(const ServerHello&) const = default;
};

// The message without its header of four bytes; nullopt if it does not follow the grammar, or bytes are left.
std::optional<ServerHello> parse_server_hello(Bytes body);

}  // namespace rozaneh::tls
