// The client's side of the transport `rozaneh`: a session for each bridge, a stream of it for each
// connection.
#pragma once

#include "transport/catalog.h"
#include "tunnel/clients.h"

namespace rozaneh::pt {

// `carriers` outlives what is made, and so does `sessions`, to which each is added.
Result<std::unique_ptr<transport::Connector>> make_session_connector(const transport::Catalog& carriers,
                                                                     tunnel::Clients& sessions,
                                                                     const transport::Setup& setup);

}  // namespace rozaneh::pt
