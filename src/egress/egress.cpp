#include "egress/egress.h"

namespace rozaneh::egress {

std::string_view layer_of(EgressError /*error*/) { return "egress"; }

std::string_view describe(EgressError error) {
  switch (error) {
    case EgressError::private_network:
      return "destinations in private networks are not allowed";
    case EgressError::port:
      return "that port is not allowed";
  }
  return "unknown";
}

}  // namespace rozaneh::egress
