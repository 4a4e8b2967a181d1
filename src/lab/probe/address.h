// Whom the prober may try.
#pragma once

#include "base/address.h"

namespace rozaneh::lab {

// This machine itself (127.0.0.0/8, ::1), and the addresses of the lab: those for documentation (RFC 5737,
// RFC 3849). No one else is ever connected to.
bool may_be_probed(const IpAddress& address);

}  // namespace rozaneh::lab
