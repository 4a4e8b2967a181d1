// The pluggable transport `rozaneh`: Tor's connection to its bridge as the stream of a session, which
// outlives every connection that it runs over (docs/protocols/tunnel.md).
//
//   arguments: via=TRANSPORT tunnel=KEY [user=CREDENTIAL], and those of that transport (docs/guides/tor.md)
//   options of a bridge: via=TRANSPORT [users=FILE], and those of that transport
//
// `via` is what the session's connections look like, and goes where the bridge line says. On a bridge it is
// the one option that is needed; the key is drawn once. The carrying transport keeps what it keeps under
// names of its own, so that it can be offered beside by itself.
#pragma once

#include "transport/catalog.h"
#include "tunnel/clients.h"

namespace rozaneh::pt {

// `carriers` outlives it and what it makes; it may stand among them itself. So does `sessions`, which gets a
// client's.
std::unique_ptr<transport::Transport> session_transport(const transport::Catalog& carriers,
                                                        tunnel::Clients& sessions);

}  // namespace rozaneh::pt
