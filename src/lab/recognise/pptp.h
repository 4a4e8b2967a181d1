// PPTP's control connection (RFC 2637 section 2.1). Its data are GRE of version 1, which the packet view
// tells.
#pragma once

#include "base/bytes.h"
#include "lab/recognise/looks.h"

namespace rozaneh::lab {

// Whether a client's stream begins with a Start-Control-Connection-Request: length 156, control message,
// magic cookie 1a2b3c4d, type 1. Ten bytes settle it.
Looks looks_like_pptp(Bytes up);

}  // namespace rozaneh::lab
