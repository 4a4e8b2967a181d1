// Which probes are made to find out about a server.
#pragma once

#include <vector>

#include "base/random.h"
#include "lab/probe/conversation.h"
#include "lab/probe/kinds.h"

namespace rozaneh::lab {

// By stages. `host` is the server as text, for HTTP; `first_packet` is a client's first data, of which
// Shadowsocks' replays are made, and may be empty. `random` outlives the probes.
std::vector<Probe> plan(ProbeKind kind, const std::string& host, Bytes first_packet, Random& random);

}  // namespace rozaneh::lab
