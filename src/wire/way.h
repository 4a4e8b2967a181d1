// One way through: a server, the transport that it speaks and what the client needs to know for it. A
// `rozaneh://` link (link.h) and a Tor bridge line (bridge_line.h) are two ways to write it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/address.h"
#include "base/arguments.h"
#include "base/error.h"

namespace rozaneh {

// SHA-1 of a Tor relay's identity key, as it stands in bridge lines.
using Fingerprint = std::array<std::uint8_t, 20>;

struct Way {
  std::string transport;                     // "obfs4"
  Target server;                             // port 1..65535
  Arguments arguments{};                     // of the transport: "cert" and the like
  std::string name{};                        // for people; may be empty. See label.h
  std::optional<Fingerprint> fingerprint{};  // of the Tor bridge behind it

  bool operator==(const Way&) const = default;
};

// Whether a text may be a transport's name: a letter or `_`, then letters, digits and `_` (pt-spec.txt), at
// most 32 characters.
bool is_transport_name(std::string_view text);

// 40 hexadecimal digits.
std::optional<Fingerprint> parse_fingerprint(std::string_view text);
std::string serialize_fingerprint(const Fingerprint& fingerprint);  // upper case, as Tor writes it

// What may stand in a link or a bridge line as an argument: a name of letters, digits, `-` and `_`, a value
// without control characters.
bool is_argument(const Argument& argument);

// What can be wrong in a link or a bridge line, when reading or writing one.
enum class LinkError {
  scheme,
  too_long,
  newer,
  server,
  transport,
  argument,
  fingerprint,
  name,
  servers_differ,
  empty,
};

std::string_view layer_of(LinkError);
std::string_view describe(LinkError);

}  // namespace rozaneh
