// A tunnel through one connection of HTTP/2, as a Stream.
#pragma once

#include "io/loop.h"
#include "io/stream.h"
#include "transport/webtunnel/h2_client.h"

namespace rozaneh::webtunnel {

// Asks on `raw`, on which HTTP/2 was agreed, for `path` at `host`; answers the tunnel. Its end ends `raw`.
// `finish` waits until the server has let all that was written go; an abort tells it, for five seconds at
// most. Fails with WebTunnelError. Set a Deadline on `raw`.
io::Task<Result<io::StreamPtr>> open_h2_tunnel(io::Loop& loop, io::StreamPtr raw, std::string host,
                                               std::string path);

}  // namespace rozaneh::webtunnel
