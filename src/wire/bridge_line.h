// Tor's bridge lines: `[Bridge] TRANSPORT IP:PORT [FINGERPRINT] [NAME=VALUE ...]`, apart by spaces, at most
// 2048 characters. Values cannot hold spaces; a bridge line has no escapes. Source: the tor manual, "Bridge".
#pragma once

#include "wire/way.h"

namespace rozaneh {

inline constexpr std::size_t kMaxBridgeLine = 2048;

// Fails with LinkError. A line without a transport, which Tor would take for a plain bridge, is refused.
Result<Way> parse_bridge_line(std::string_view line);

// Without the word `Bridge`; the way's name is left out. Fails where the server is not an address or a value
// holds a space.
Result<std::string> serialize_bridge_line(const Way& way);

}  // namespace rozaneh
