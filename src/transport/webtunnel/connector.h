// WebTunnel's client.
#pragma once

#include "transport/transport.h"

namespace rozaneh::webtunnel {

// Arguments: `url`, which must be there; `servername`, `ca`, `allow-private`,
// `hello`, `http`. Others are not looked at, as in
// the field: newer bridges may name them.
Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup);

}  // namespace rozaneh::webtunnel
