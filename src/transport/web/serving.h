// The web server that a transport is when nobody stands in front of it: a certificate, and a site for
// strangers.
#pragma once

#include <optional>

#include "io/tls_server.h"
#include "site/site.h"
#include "transport/transport.h"
#include "transport/web/identity.h"

namespace rozaneh::web {

// From the arguments `cert` and `key`, which name files; nothing where there is neither. It offers HTTP/2 as
// the site does.
Result<std::optional<io::TlsServer>> serving_tls(std::string_view transport, const Arguments& arguments);

// From the argument `site`: a folder, or a web server's address.
Result<site::Settings> site_settings(std::string_view transport, const ServerIdentity& identity,
                                     const Arguments& arguments);

// What TLS leaves inside; within the time that nginx gives to a first request, which counts both.
io::Task<Result<std::unique_ptr<io::TlsStream>>> secure(io::Loop& loop, const io::TlsServer& tls,
                                                        io::StreamPtr raw);

}  // namespace rozaneh::web
