// One DNS message to a server over TCP, and its answer (RFC 1035 section 4.2.2).
#pragma once

#include <chrono>
#include <stop_token>

#include "base/bytes.h"
#include "front/acme/error.h"

namespace rozaneh::front::acme {

// Blocks for at most `limit`. `server` is HOST:PORT. Fails with AcmeError::challenge or `stopped`.
Result<Buffer> exchange_over_tcp(const std::string& server, Bytes message, std::chrono::seconds limit,
                                 const std::stop_token& stop);

}  // namespace rozaneh::front::acme
