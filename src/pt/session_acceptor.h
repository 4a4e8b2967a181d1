// The server's side of the transport `rozaneh`: sessions over another transport, whose streams are what comes
// in. A stranger gets what that transport shows him, and none of its clients gets anywhere without a session.
//
// Keeps `tunnel_key` and writes `rozaneh_bridgeline.txt`.
#pragma once

#include "transport/catalog.h"

namespace rozaneh::pt {

// `carriers` outlives what is made.
Result<std::unique_ptr<transport::Acceptor>> make_session_acceptor(const transport::Catalog& carriers,
                                                                   const transport::Setup& setup);

}  // namespace rozaneh::pt
