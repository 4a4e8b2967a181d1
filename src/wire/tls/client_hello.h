// The ClientHello (RFC 8446 section 4.1.2, RFC 5246 section 7.4.1.2): the first message of a TLS connection,
// and the one that servers route and censors judge by. Read only; nothing here makes one.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "wire/tls/extension.h"

namespace rozaneh::tls {

// How a hello hides the name of its server.
enum class HiddenName {
  none,
  esni,       // extension 0xffce
  ech_draft,  // 0xfe08..0xfe0c
  ech_outer,  // 0xfe0d. Clients without a key to hide with send one too, and nobody can tell (GREASE ECH)
  ech_inner,  // 0xfe0d, the empty one of the hidden hello itself: never in the open
};

// Everything as it stood, in order, GREASE values among them. What an extension says is empty where it is
// missing or does not follow its own grammar (the bytes are in `extensions` all the same); of two alike the
// first counts.
struct ClientHello {
  std::uint16_t legacy_version = 0;
  std::array<std::uint8_t, 32> random{};
  Buffer session_id;  // at most 32 bytes
  std::vector<std::uint16_t> cipher_suites;
  Buffer compression_methods;
  std::vector<Extension> extensions;

  std::optional<std::string> server_name;  // of type host_name; any bytes, see normal_server_name
  std::vector<std::string> alpn;           // any bytes
  std::vector<std::uint16_t> supported_versions;
  std::vector<std::uint16_t> supported_groups;
  Buffer point_formats;
  std::vector<std::uint16_t> signature_algorithms;
  std::vector<std::uint16_t> key_share_groups;
  HiddenName hidden_name = HiddenName::none;
  bool pre_shared_key = false;

  bool operator==(const ClientHello&) const = default;

  [[nodiscard]] bool has(std::uint16_t type) const { return find_extension(extensions, type) != nullptr; }

  // The newest version that the client offers, GREASE left out: 0x0304 is TLS 1.3.
  [[nodiscard]] std::uint16_t newest_version() const;

  // Whether a GREASE value stands among its ciphers, extensions, groups or versions, as Chrome's does.
  [[nodiscard]] bool greased() const;
};

// The message without its header of four bytes; nullopt if it does not follow the grammar, or bytes are left.
// A hello without a single cipher is let through: no server takes it, but a censor was measured that does.
std::optional<ClientHello> parse_client_hello(Bytes body);

// As much as stands in the beginning of such a message, for a censor that has only its first packet: fields
// and extensions that are all there. nullopt if not even the ciphers are, or if no hello begins so.
std::optional<ClientHello> parse_client_hello_prefix(Bytes beginning);

// A name as names are compared: ASCII in lower case, without the dot that may end it.
std::string normal_server_name(std::string_view name);

}  // namespace rozaneh::tls
