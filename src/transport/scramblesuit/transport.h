// ScrambleSuit as an entry of the catalog.
#pragma once

#include "transport/transport.h"

namespace rozaneh::scramblesuit {

std::unique_ptr<transport::Transport> make_transport();

}  // namespace rozaneh::scramblesuit
