// What can go wrong in a tunnel.
#pragma once

#include "base/error.h"

namespace rozaneh::tunnel {

enum class TunnelError {
  violation,   // the peer broke the protocol; the session is over (docs/protocols/tunnel.md)
  stranger,    // the first message is not for our key
  impostor,    // the answer is not from the server of the link, or not from the one that has the session
  malformed,   // a hello of an impossible length, cut off, or with a value that there is not
  record,      // a record of an impossible length, or one that was changed on its way
  refused,     // the server takes no session, or not this one
  draining,    // the server takes no new session, since it is about to end: nothing is wrong with the way
  credential,  // the server knows no user of this credential
  reset,       // a stream was given up by the other side
  ended,       // the session is over, and with it all its streams
};

std::string_view layer_of(TunnelError);
std::string_view describe(TunnelError);

}  // namespace rozaneh::tunnel
