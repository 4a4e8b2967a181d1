// `rozaneh://` links: all that a client needs to reach one server, in one line that can be pasted, scanned
// and read out. The page for people is docs/protocols/link.md.
//
//   link      = "rozaneh://" HOST ":" PORT "/" way *( "," [PORT] "/" way ) [ "#" NAME ]
//   way       = TRANSPORT [ "?" parameter *( "&" parameter ) ]
//   parameter = NAME "=" VALUE
//
//   rozaneh://192.0.2.1:443/obfs4?cert=...&iat-mode=0#Shirin
//   rozaneh://[2001:db8::1]:443/obfs4?cert=...,8443/scramblesuit?password=...,/webtunnel?url=https://a/b%2Cc
//
// HOST is a name, an IPv4 address or an IPv6 address in brackets. Several ways lead to the same host; one
// that leaves its port out has the first one's. VALUE and NAME behind # are percent-encoded; a `+` is a plus.
// At most 2048 characters of printable ASCII. A `,` or `&` at the end of a part does no harm.
//
// Parameters are the transport's arguments, known or not; who uses the transport judges them. Two names are
// the link's own: `fp`, a Tor bridge's fingerprint, and `v`, the version of this grammar: absent or 1. A
// later form that this reader would misunderstand says `v=2` in front, and is refused with LinkError::newer.
// The part behind # is for people and means nothing.
#pragma once

#include <span>
#include <vector>

#include "wire/way.h"

namespace rozaneh {

inline constexpr std::size_t kMaxLink = 2048;

// Whether a text begins as a link does; upper and lower case alike.
bool is_link(std::string_view text);

// The ways of one link, at least one, in its order. Fails with LinkError.
Result<std::vector<Way>> parse_link(std::string_view text);

// One link for all of them. Fails where they have different hosts or names, or say what a link cannot.
Result<std::string> serialize_link(std::span<const Way> ways);

}  // namespace rozaneh
