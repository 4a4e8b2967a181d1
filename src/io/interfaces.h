// The addresses of this machine, for the link that a bridge prints.
#pragma once

#include <vector>

#include "base/address.h"

namespace rozaneh::io {

// Addresses of interfaces that are up, public ones first; no loopback and no link-local ones.
std::vector<IpAddress> own_addresses();

}  // namespace rozaneh::io
