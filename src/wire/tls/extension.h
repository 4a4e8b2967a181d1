// What a hello says after its fixed fields: extensions (RFC 8446 section 4.2), and values that say nothing
// (GREASE, RFC 8701).
#pragma once

#include <optional>
#include <vector>

#include "base/reader.h"

namespace rozaneh::tls {

// Their numbers, as IANA and the drafts gave them.
namespace extension {
inline constexpr std::uint16_t kServerName = 0;
inline constexpr std::uint16_t kSupportedGroups = 10;
inline constexpr std::uint16_t kPointFormats = 11;
inline constexpr std::uint16_t kSignatureAlgorithms = 13;
inline constexpr std::uint16_t kAlpn = 16;
inline constexpr std::uint16_t kPreSharedKey = 41;
inline constexpr std::uint16_t kEarlyData = 42;
inline constexpr std::uint16_t kSupportedVersions = 43;
inline constexpr std::uint16_t kCookie = 44;
inline constexpr std::uint16_t kKeyShare = 51;
inline constexpr std::uint16_t kQuicTransportParameters = 57;
inline constexpr std::uint16_t kApplicationSettings = 17613;  // draft-vvv-tls-alps: ALPS
inline constexpr std::uint16_t kTrustAnchors = 51764;         // draft-ietf-tls-trust-anchor-ids
inline constexpr std::uint16_t kFirstEchDraft =
    0xfe08;                                     // draft-ietf-tls-esni-08; each draft up to 12 had its own
inline constexpr std::uint16_t kEch = 0xfe0d;   // from draft 13 on
inline constexpr std::uint16_t kEsni = 0xffce;  // drafts 01 to 06: ESNI
}  // namespace extension

struct Extension {
  std::uint16_t type = 0;
  Buffer body;

  bool operator==(const Extension&) const = default;
};

// Ciphers, extensions, groups, versions and algorithms that mean nothing: 0x0a0a, 0x1a1a, ... 0xfafa.
constexpr bool is_grease(std::uint16_t value) {
  return (value & 0x0f0fU) == 0x0a0a && (value >> 8U) == (value & 0xffU);
}

// A list of 16-bit numbers after its length in bytes; nullopt if it is odd or does not fill `body`.
std::optional<std::vector<std::uint16_t>> parse_u16_list(Bytes body);        // the length takes two bytes
std::optional<std::vector<std::uint16_t>> parse_short_u16_list(Bytes body);  // one byte

// Bytes after their length, taken off the reader; nullopt if they are not all there.
std::optional<Bytes> take_vector8(Reader& reader);
std::optional<Bytes> take_vector16(Reader& reader);

// The first extension of that type, or nullptr.
const Extension* find_extension(const std::vector<Extension>& extensions, std::uint16_t type);

// Takes one extension off the reader; nullopt, and nothing taken, if it is not all there.
std::optional<Extension> take_extension(Reader& reader);

// All extensions of a block without its length; nullopt if the last one is cut off.
std::optional<std::vector<Extension>> parse_extensions(Bytes block);

}  // namespace rozaneh::tls
