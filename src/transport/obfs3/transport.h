// obfs3 as an entry of the catalog.
//
// It takes no arguments. A server says hello to everybody at once; nobody has to know a secret, so a prober
// can tell an obfs3 server by speaking obfs3 to it.
#pragma once

#include "transport/transport.h"

namespace rozaneh::obfs3 {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::obfs3
