#include "tunnel/error.h"

namespace rozaneh::tunnel {

std::string_view layer_of(TunnelError /*error*/) { return "tunnel"; }

std::string_view describe(TunnelError error) {
  switch (error) {
    case TunnelError::violation:
      return "the other side broke the protocol";
    case TunnelError::stranger:
      return "the client does not know this server's key";
    case TunnelError::impostor:
      return "the server did not prove its key";
    case TunnelError::malformed:
      return "the other side's hello is malformed";
    case TunnelError::record:
      return "a record was changed on its way";
    case TunnelError::refused:
      return "the server refused the session";
    case TunnelError::credential:
      return "the server does not let this link's user in (any more): ask who runs it for a link of your own";
    case TunnelError::draining:
      return "the server is about to end, and takes no new session";
    case TunnelError::reset:
      return "the other side gave the stream up";
    case TunnelError::ended:
      return "the session is over";
  }
  return "unknown";
}

}  // namespace rozaneh::tunnel
