#include "transport/obfs4/error.h"

namespace rozaneh::obfs4 {

std::string_view layer_of(Obfs4Error /*error*/) { return "obfs4"; }

std::string_view describe(Obfs4Error error) {
  switch (error) {
    case Obfs4Error::no_mark:
      return "what came is no hello";
    case Obfs4Error::bad_mac:
      return "the hello is for another bridge or from another hour: are the clocks right?";
    case Obfs4Error::replayed:
      return "the hello was seen before";
    case Obfs4Error::late:
      return "the hello came too late";
    case Obfs4Error::bad_key:
      return "the key exchange failed";
    case Obfs4Error::not_the_bridge:
      return "the server did not prove the bridge's key: is the bridge line right and current?";
    case Obfs4Error::bad_frame:
      return "a frame was forged or damaged on the way";
    case Obfs4Error::bad_packet:
      return "a frame holds no packet";
    case Obfs4Error::state:
      return "the state file cannot be understood";
  }
  return "unknown";
}

}  // namespace rozaneh::obfs4
