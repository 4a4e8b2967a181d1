// WebTunnel's server: behind a web server that speaks TLS, or with a certificate of its own.
#pragma once

#include "transport/transport.h"

namespace rozaneh::webtunnel {

// Arguments: `url`, which must be there; `path`, `servername`, `cert` with `key`, `http`, `site`.
Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup);

}  // namespace rozaneh::webtunnel
