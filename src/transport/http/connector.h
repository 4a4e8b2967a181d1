// The carrier's client.
#pragma once

#include "transport/transport.h"

namespace rozaneh::http {

// Arguments: `url`, which must be there; `servername`, `ca`, `hello`, `allow-private`, `poll`, `type`, `via`.
Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup);

}  // namespace rozaneh::http
