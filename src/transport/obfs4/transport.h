// obfs4 as an entry of the catalog.
#pragma once

#include "transport/transport.h"

namespace rozaneh::obfs4 {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::obfs4
