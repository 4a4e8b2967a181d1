// A list of names that came over the network: taken only with a good signature, only if it is newer, and only
// for names where they may be.
//
//     rozaneh-names-1 <Ed25519 signature of all that follows this line, base64>
//     version = 20261122
//     issued = 2026-11-22
//     names = [...]
#pragma once

#include "crypto/ed25519.h"
#include "front/names.h"

namespace rozaneh::front {

// What an operator trusts updates by.
struct UpdateTrust {
  crypto::SigningPublic key{};
  std::vector<std::string> suffixes;  // "signal.org": no name outside of these
};

// The list in `file`; fails where it is forged or truncated, not newer than `known`, has a name outside of
// the suffixes, or sets upstreams or `replace`, which are the operator's.
Result<NameList> open_update(std::string_view file, const UpdateTrust& trust, std::uint64_t known);

// `list`, which is a list that could be opened, as such a file.
Result<std::string> sign_list(std::string_view list, const crypto::SigningSeed& seed);

// A public key, or a seed, as text: base64 of its 32 bytes.
std::optional<std::array<std::uint8_t, 32>> parse_key(std::string_view text);

}  // namespace rozaneh::front
