// The client's side of ScrambleSuit.
#pragma once

#include <memory>
#include <mutex>

#include "transport/transport.h"

namespace rozaneh::scramblesuit {

// Argument: password. Tickets from servers are kept in scramblesuit_tickets.json under the server's address;
// `tickets_guard` is shared by all connectors of one state.
//
// A connection with a ticket ends with ScrambleSuitError::ticket_refused where the server has forgotten its
// keys; the ticket is gone then, and the next connection exchanges keys.
Result<std::unique_ptr<transport::Connector>> make_connector(const transport::Setup& setup,
                                                             std::shared_ptr<std::mutex> tickets_guard);

}  // namespace rozaneh::scramblesuit
