// plain as an entry of the catalog: the connection as it is, for paths that are private already.
//
// It takes no arguments and hides nothing; what goes over it is the tunnel's session, which protects itself.
// For use behind another program's disguise or a VPN, and to measure what the disguises cost.
#pragma once

#include "transport/transport.h"

namespace rozaneh::plain {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::plain
