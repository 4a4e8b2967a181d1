// How a failed dial is told to whoever asked for it.
#pragma once

#include "base/error.h"
#include "wire/socks_reply.h"

namespace rozaneh::egress {

// The SOCKS5 reply code for a failure to open a destination, as obfs4proxy maps errno.
SocksReply reply_for(const Error& error);

}  // namespace rozaneh::egress
