// Connector and acceptor of a transport without arguments, whose two ends do the same under other names.
#pragma once

#include "transport/side.h"
#include "transport/transport.h"

namespace rozaneh::transport {

// Shakes hands on `raw` within `limit` and gives the stream inside it.
using OpenSided = io::Task<Result<io::StreamPtr>> (*)(io::Loop& loop, io::StreamPtr raw, Side side,
                                                      std::chrono::seconds limit);

std::unique_ptr<Connector> sided_connector(OpenSided open);
std::unique_ptr<Acceptor> sided_acceptor(OpenSided open, std::chrono::seconds hello_limit);

}  // namespace rozaneh::transport
