#include "transport/obfs2/error.h"

namespace rozaneh::obfs2 {

std::string_view layer_of(Obfs2Error /*error*/) { return "obfs2"; }

std::string_view describe(Obfs2Error error) {
  switch (error) {
    case Obfs2Error::bad_magic:
      return "the peer does not speak obfs2";
    case Obfs2Error::bad_padding:
      return "the peer announces more padding than there may be";
    case Obfs2Error::late:
      return "the handshake did not end in time";
  }
  return "unknown";
}

}  // namespace rozaneh::obfs2
