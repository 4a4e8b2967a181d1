// The carrier's server: behind a web server, or one of its own.
#pragma once

#include "transport/transport.h"

namespace rozaneh::http {

// Arguments: those of Served; `cert` with `key`, `site`.
Result<std::unique_ptr<transport::Acceptor>> make_acceptor(const transport::Setup& setup);

}  // namespace rozaneh::http
