// What can go wrong in obfs4.
#pragma once

#include <string_view>

#include "base/error.h"

namespace rozaneh::obfs4 {

enum class Obfs4Error {
  no_mark,         // the longest possible hello has come and is none
  bad_mac,         // the hello was not made for this bridge, or not in this hour
  replayed,        // the hello was seen before
  late,            // the hello came after the time for it
  bad_key,         // a key exchange gave nothing
  not_the_bridge,  // the server did not prove that it has the bridge's key
  bad_frame,       // a frame was forged or damaged
  bad_packet,      // an authentic frame that holds no packet
  state,           // the state file cannot be understood
};

std::string_view layer_of(Obfs4Error error);
std::string_view describe(Obfs4Error error);

}  // namespace rozaneh::obfs4
