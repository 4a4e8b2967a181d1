// One TXT record added to or removed from a zone by its primary server: DNS UPDATE (RFC 2136) signed with
// TSIG (RFC 8945, hmac-sha256), as BIND, Knot, PowerDNS and NSD's companions take it. Pure: messages only.
#pragma once

#include <optional>

#include "base/bytes.h"
#include "front/acme/documents.h"

namespace rozaneh::front::acme {

struct TsigKey {
  std::string name;  // lower case, without the last dot
  Buffer secret;
};

// "hmac-sha256:NAME:BASE64" or "NAME:BASE64" (nsupdate's -y), or the block that tsig-keygen writes:
// key "NAME" { algorithm hmac-sha256; secret "BASE64"; };
Result<TsigKey> parse_tsig_key(std::string_view text);

struct DnsUpdate {
  bool add = true;    // or remove exactly this record; both do nothing where it is so already
  std::string zone;   // "example.org"
  std::string name;   // "_acme-challenge.example.org", in the zone
  std::string value;  // 1..255 bytes
  std::uint16_t id = 0;
};

// Seconds that the record may be kept by others, and that the two clocks may differ.
inline constexpr std::uint32_t kDnsTtl = 60;
inline constexpr std::uint16_t kTsigFudge = 300;

struct SignedUpdate {
  Buffer message;  // without the length that TCP puts in front
  Buffer mac;      // the answer's is made over it
};

// Fails where a name is no DNS name or not in the zone.
Result<SignedUpdate> make_update(const DnsUpdate& update, const TsigKey& key, Time now);

// Whether the server did it: its answer, of the right id, signed with the same key over our MAC, says so. An
// answer that is not signed is believed in what it refuses only.
Result<> check_update_answer(Bytes answer, const DnsUpdate& update, const TsigKey& key, Bytes mac, Time now);

}  // namespace rozaneh::front::acme
