// What WebTunnel's clients are told.
#pragma once

#include "transport/web/identity.h"

namespace rozaneh::webtunnel {

inline constexpr std::string_view kName = "webtunnel";

// Of Tor's webtunnel that this was compared with; clients do not look at it.
inline constexpr const char* kVersion = "0.0.2";

// Of what was given to the server, `servername` and `http` go on to clients.
Arguments told_to_clients(const web::ServerIdentity& identity, const Arguments& given);

}  // namespace rozaneh::webtunnel
