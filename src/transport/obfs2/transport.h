// obfs2 as an entry of the catalog: the protocol of 2012, kept because bridges of that time exist.
//
// It takes no arguments; `shared-secret`, which the specification has, was never in use and is refused, as
// obfs4proxy does. A server says hello to everybody at once and closes when what comes is no obfs2.
#pragma once

#include "transport/transport.h"

namespace rozaneh::obfs2 {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::obfs2
