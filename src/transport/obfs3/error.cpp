#include "transport/obfs3/error.h"

namespace rozaneh::obfs3 {

std::string_view layer_of(Obfs3Error /*error*/) { return "obfs3"; }

std::string_view describe(Obfs3Error error) {
  switch (error) {
    case Obfs3Error::bad_key:
      return "the key exchange failed";
    case Obfs3Error::no_magic:
      return "the peer does not speak obfs3";
    case Obfs3Error::late:
      return "the handshake did not end in time";
  }
  return "unknown";
}

}  // namespace rozaneh::obfs3
